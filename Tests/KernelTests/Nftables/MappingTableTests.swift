@testable import NatAudit
import NetlinkBridge
import Testing

/// The table of endpoint-independent mapping, as the kernel has it and as nft prints it.
struct MappingTableTests {
    private static func table(
        _ family: AddressFamily,
        _ target: MappingTable.Target,
        _ features: Set<MappingFeature>
    ) -> PlannedTable {
        let mapping = MappingTable(family: family, target: target, features: features)
        return PlannedTable(
            family: NftFamily(family),
            mappings: [mapping],
            chains: mapping.chains + [mapping.noting, mapping.keeping(priority: 80)]
                + mapping.reaching(out: ["wan", "wan2"])
        )
    }

    private static let features: [Set<MappingFeature>] = [
        [], [.openFiltering], [.hairpin], [.openFiltering, .hairpin],
    ]

    @Test(arguments: [(AddressFamily.ip, false), (.ip, true), (.ip6, false), (.ip6, true)], features)
    func nftPrintsWhatIsPlanned(
        _ one: (family: AddressFamily, presentsOneAddress: Bool),
        _ features: Set<MappingFeature>
    )
        throws
    {
        let family = one.family
        let address = family == .ip ? IPAddress.v4(0xCB00_7101) : .v6(high: 0x2001_0DB8_0000_0000, low: 1)
        let table = Self.table(family, one.presentsOneAddress ? .address(address) : .masquerade, features)
        let host = try RulesNamespace()
        #expect(try host.commit(table.commands(isOwned: false)) == .committed)
        let listed = try host.run(["nft", "--stateless", "list", "ruleset"])
        // nft 1.0.6 has too few registers for a rule with two keys of this size, and stops with an assertion.
        if family == .ip {
            let other = try RulesNamespace()
            try other.load(table.lines.joined(separator: "\n") + "\n")
            #expect(try other.run(["nft", "--stateless", "list", "ruleset"]) == listed)
        }
        for chain in table.chains {
            for rule in chain.rules {
                #expect(listed.contains(table.text(of: rule)), "\(table.text(of: rule))")
            }
        }
    }
}
