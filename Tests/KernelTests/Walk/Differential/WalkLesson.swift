import NatAudit
import NetlinkBridge
import Testing

/// Rules of which the walk once took too much for certain, and a packet that shows what they do.
struct WalkLesson: CustomTestStringConvertible, Sendable {
    let name: String
    let rules: RandomRules
    /// From a client, or from the host itself.
    let packet: RandomPacket
    /// Where a client's packet comes in.
    let arrival: KernelName
    /// What `ip` is told on the host first.
    let setup: [String]
    /// What `ipset restore` is told there.
    let ipsets: String
    /// Tells whether nobody can tell what the rules do: then the walk has to say so.
    let isOpen: Bool

    var testDescription: String { name }

    init(
        _ name: String,
        _ family: AddressFamily = .ip,
        nft: String = "",
        iptablesNft: String = "",
        iptablesLegacy: String = "",
        own: Bool = false,
        to destination: String = "192.0.2.10",
        by arrival: KernelName = "lan0",
        setup: [String] = [],
        ipsets: String = "",
        isOpen: Bool = false
    ) {
        self.name = name
        rules = RandomRules(family, nft: nft, iptablesNft: iptablesNft, iptablesLegacy: iptablesLegacy)
        packet = RandomPacket(
            source: own ? nil : TwinAddress.address("10.0.1.2", family),
            sourcePort: 20_000,
            destination: TwinAddress.address(destination, family),
            destinationPort: 9000
        )
        self.arrival = arrival
        self.setup = setup
        self.ipsets = ipsets
        self.isOpen = isOpen
    }
}

extension WalkLesson {
    static let all = changes + tracking + translations + addresses + edges + ways

    /// What translates whatever leaves.
    static let masquerade = "chain p { type nat hook postrouting priority 100; masquerade; }"

    /// A table of IPv4 for nft.
    static func table(_ chains: String...) -> String { "table ip t {\n\(chains.joined(separator: "\n"))\n}\n" }

    /// A chain of type filter for nft.
    static func chain(_ hook: String, _ priority: Int, _ rules: String...) -> String {
        let name = "\(hook)_\(priority + 400)"
        return "chain \(name) { type filter hook \(hook) priority \(priority); \(rules.joined(separator: "; ")); }"
    }

    /// Rules of iptables, each with its chain, by their table.
    static func save(_ tables: (name: String, rules: [String])...) -> String {
        tables.map { "*\($0.name)\n\($0.rules.map { "-A \($0)\n" }.joined())COMMIT\n" }.joined()
    }
}
