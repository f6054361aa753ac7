import Foundation
import NatAudit
import NetlinkBridge

/// All that a command may change: what the kernel holds, and files.
struct SweepImage: Equatable {
    let host: HostImage
    /// What is below /etc, a line for each name, mode, target and content.
    let etc: [String]
    /// The names of what is remembered; the lock's file is never removed, for a process may wait to open it.
    let state: [String]

    init(_ lab: BootLab) throws {
        host = try HostImage(lab.nat)
        let contents = try lab.nat.require("sh", "-c", Self.contents, "sh", lab.etc.path(percentEncoded: false))
        etc = try lab.files() + contents.split(separator: "\n").map(String.init).sorted()
        state = try lab.fixLab.files().filter { !$0.hasSuffix(".lock") }
    }

    /// What a chain is for is a comment, which a run that goes on with what a killed one left does not know.
    private static let contents =
        #"cd "$1" && find . -type f | while read -r file; do echo "$(grep -v '^[[:blank:]]# ' "$file" | cksum) $file"; done"#

    /// The lines that only one of two images has.
    func differences(from other: SweepImage) -> [String] {
        host.differences(from: other.host) + Self.differences(etc, other.etc) + Self.differences(state, other.state)
    }

    fileprivate static func differences<Line: StringProtocol & Hashable>(_ lines: [Line], _ other: [Line]) -> [String] {
        lines.difference(from: other).map { change in
            switch change {
            case .insert(_, let line, _): "+ \(line)"
            case .remove(_, let line, _): "- \(line)"
            }
        }
    }
}

extension HostImage {
    /// The lines that only one of two images has.
    func differences(from other: HostImage) -> [String] {
        let texts = { (image: HostImage) in (image.rules + image.parameters + image.links).split(separator: "\n") }
        return SweepImage.differences(texts(self), texts(other))
    }

    /// The rules without nataudit's own tables.
    var foreignRules: String { rules.replacing(/table (ip|ip6|inet) nataudit \{[^\n]*\n(.*\n)*?\}\n/, with: "") }
}
