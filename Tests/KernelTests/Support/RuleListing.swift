import NatAudit
import Testing

/// The rules of a host's nat tables as the tools of a backend list them.
struct RuleListing {
    /// One rule.
    struct Line: Equatable {
        let chain: String
        /// Its place in the chain, from 1.
        let position: Int
        /// The kernel's number; nil for legacy rules.
        let handle: UInt64?
        /// The rule as the tool prints it, without its chain.
        let text: String
    }

    let lines: [Line]

    /// Asks `nft -a list table ip nat`, or iptables-save and, for the handles, nft.
    init(_ backend: Backend, on host: LabHost) throws {
        switch backend {
        case .nftables: lines = Self.listed(try host.require("nft", "-a", "list", "table", "ip", "nat"))
        case .iptablesLegacy: lines = Self.saved(try host.require("iptables-legacy-save", "-t", "nat"))
        case .iptablesNft:
            let numbered = Self.listed(try host.require("nft", "-a", "list", "table", "ip", "nat"))
            lines = Self.saved(try host.require("iptables-nft-save", "-t", "nat")).map { line in
                let twin = numbered.first { $0.chain == line.chain && $0.position == line.position }
                return Line(
                    chain: line.chain,
                    position: line.position,
                    handle: twin?.handle,
                    text: line.text
                )
            }
        }
    }

    private static func saved(_ text: String) -> [Line] {
        var counts: [String: Int] = [:]
        return text.split(separator: "\n").filter { $0.hasPrefix("-A ") }.map { line in
            let parts = line.split(separator: " ", maxSplits: 2)
            let chain = String(parts[1])
            counts[chain, default: 0] += 1
            return Line(
                chain: chain,
                position: counts[chain, default: 0],
                handle: nil,
                text: parts.count > 2 ? String(parts[2]) : ""
            )
        }
    }

    private static func listed(_ text: String) -> [Line] {
        var lines: [Line] = []
        var chain = ""
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " # handle ").map { $0.drop(while: \.isWhitespace) }
            guard words.count == 2, let rule = words.first, let handle = words.last.flatMap({ UInt64($0) })
            else {
                continue
            }
            if rule.hasPrefix("chain ") {
                chain = String(rule.dropFirst(6).prefix { $0 != " " })
            } else if !rule.hasPrefix("table ") {
                let position = lines.filter { $0.chain == chain }.count + 1
                lines.append(Line(chain: chain, position: position, handle: handle, text: String(rule)))
            }
        }
        return lines
    }
}
