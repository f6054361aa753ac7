/// What a finding means on any host: the text behind `nataudit explain`.
public struct Explanation: Sendable, Encodable {
    /// The finding.
    public let id: Finding.ID
    /// What it is, in a few words.
    public let title: String
    /// What was found, and how it comes about.
    public let meaning: String
    /// What harm it does, and to whom.
    public let harm: String
    /// What can be done, best first, also by who runs the program that wants a direct connection.
    public let cures: [String]
    /// Where it can be read, or was measured.
    public let sources: [String]

    /// The explanation of a finding.
    public init(_ id: Finding.ID) {
        switch id {
        case .randomSourcePorts: self = .randomSourcePorts
        case .narrowPortRange: self = .narrowPortRange
        case .addressPoolWithoutPersistent: self = .addressPoolWithoutPersistent
        case .portCollision: self = .portCollision
        case .inboundFirstChangesPort: self = .inboundFirstChangesPort
        case .conntrackRemapped: self = .conntrackRemapped
        case .multipleEgressAddresses: self = .multipleEgressAddresses
        case .upstreamHardNAT: self = .upstreamHardNAT
        case .forwardingDisabled: self = .forwardingDisabled
        case .forwardDropped: self = .forwardDropped
        case .udpBlocked: self = .udpBlocked
        case .noSTUNServers: self = .noSTUNServers
        case .stunServersDisagree: self = .stunServersDisagree
        case .udpHighPortsBlocked: self = .udpHighPortsBlocked
        case .udpTimeoutShort: self = .udpTimeoutShort
        case .lowMTU: self = .lowMTU
        case .vpnDefaultRoute: self = .vpnDefaultRoute
        case .doubleNAT: self = .doubleNAT
        case .carrierGradeNAT: self = .carrierGradeNAT
        case .endpointFirewall: self = .endpointFirewall
        case .mixedBackends: self = .mixedBackends
        case .shadowedRule: self = .shadowedRule
        case .staleDuplicateRule: self = .staleDuplicateRule
        case .fixMissing: self = .fixMissing
        case .fixOverridden: self = .fixOverridden
        case .bpfDatapath: self = .bpfDatapath
        case .permissionMissing: self = .permissionMissing
        case .rulesAndProbeDisagree: self = .rulesAndProbeDisagree
        }
    }

    init(_ id: Finding.ID, _ title: String, meaning: String, harm: String, cures: [String], sources: [String]) {
        self.id = id
        self.title = title
        self.meaning = meaning
        self.harm = harm
        self.cures = cures
        self.sources = sources
    }

    /// The explanation for a person.
    public var text: String {
        var lines = Paragraph.lines("\(id.rawValue): \(title)", indent: 2) + [""]
        lines += Paragraph.lines(meaning, indent: 0) + [""]
        lines += Paragraph.lines(harm, indent: 0) + ["", "What helps:"]
        lines += cures.flatMap { Paragraph.lines($0, first: "  - ", indent: 4) } + ["", "Read on:"]
        lines += sources.flatMap { Paragraph.lines($0, first: "  - ", indent: 4) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Of every finding.
    public static var all: [Explanation] { Finding.ID.allCases.map { Explanation($0) } }

    /// Every finding's identifier with what it is, a line each.
    public static var overview: String {
        let width = all.map(\.id.rawValue.count).max() ?? 0
        return all.map { explanation in
            let id = explanation.id.rawValue
            return "\(id)\(String(repeating: " ", count: width - id.count))  \(explanation.title)\n"
        }.joined()
    }
}
