internal import NetlinkBridge

/// One of two hosts, as a report shows it.
public struct PairSide: Hashable, Sendable {
    /// What made the report.
    let source: Source
    /// The file, as it was named, escaped.
    let file: String
    /// What the host is called in sentences, escaped: its name, or the file's where the report has none.
    var name: String
    /// What is known of IPv4; nil where the host has none.
    var ip: PairLeg?
    /// What is known of IPv6; nil where the host has none.
    var ip6: PairLeg?
    /// What the report found, worst first.
    var findings: [Found] = []
    /// Tells whether the report's addresses are stand-ins.
    var isRedacted = false
    /// What should be known beside, in sentences.
    var notes: [String] = []

    /// A program that writes reports.
    enum Source: String, Hashable, Sendable, Codable {
        /// `nataudit scan`.
        case scan
        /// `tailscale netcheck`.
        case netcheck
    }

    /// A finding of a report, as far as it is told here: nothing that is typed comes from a file.
    struct Found: Hashable, Sendable {
        let id: Finding.ID
        /// What was found, escaped.
        let title: String
        /// The owner of the rule at fault, by the name that the catalogue has; nil where none is known.
        let owner: String?
    }

    /// The leg of a family.
    func leg(_ family: AddressFamily) -> PairLeg? { family == .ip ? ip : ip6 }
}
