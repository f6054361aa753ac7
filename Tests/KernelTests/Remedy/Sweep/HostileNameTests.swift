import NatAudit
import NetlinkBridge
import Testing

/// Names that kernels take and that would be commands where somebody interpreted them.
struct HostileNameTests {
    /// Where the hostile name stands.
    enum Place: String, CaseIterable {
        case table, chain, interface, interfaceOfRule
    }

    private static let words = "q\"; flush ruleset; \""
    private static let link = "a\";drop"

    @Test(arguments: Place.allCases)
    func theyAreCopiedOrRefusedAndNeverInterpreted(_ place: Place) async throws {
        try await inTurn {
            let lab = try FixLab()
            try lab.nat.require("nft", "add table ip other { chain c { } ; }")
            if place == .interface || place == .interfaceOfRule {
                for change in [["down"], ["name", Self.link], ["up"]] {
                    let link = change == ["up"] ? Self.link : "wan"
                    try LabTool.require(["ip", "link", "set", link] + change, in: lab.nat.namespace)
                }
                try lab.nat.require(
                    "ip",
                    "route",
                    "add",
                    "default",
                    "via",
                    "\(LabAddress.servers[0])",
                    "dev",
                    Self.link
                )
            }
            try Self.load(on: lab.nat, place)
            let old = try HostImage(lab.nat)
            #expect(old.rules.contains("table ip other"))

            let preview = try lab.nataudit(["fix", "--masquerade", "--dry-run"])
            if preview.status == 0 {
                let checked = try LabTool.run(["nft", "-c", "-f", "-"], in: lab.nat.namespace, input: preview.output)
                #expect(checked.status == 0, "\(checked.errors) \(preview.output)")
            } else {
                #expect(preview.status == 1 && preview.errors.hasPrefix("nataudit: refused: "), "\(preview)")
            }
            #expect(try HostImage(lab.nat) == old)

            let run = try lab.fix()
            #expect(run.status == preview.status, "\(run.errors) \(run.output)")
            if run.status == 0 {
                try lab.expectKept(port: 42000)
                #expect(try HostImage(lab.nat).foreignRules == old.foreignRules)
                #expect(try lab.undo().status == 0)
            }
            #expect(try HostImage(lab.nat) == old)
            #expect(try lab.records().isEmpty)
        }
    }

    /// A rule that draws ports, by netlink: nft does not write such names.
    private static func load(on host: LabHost, _ place: Place) throws {
        let table: KernelName = place == .table ? KernelName(words) : "nat"
        let chain: KernelName = place == .chain ? KernelName(words) : "drawing"
        let name = Array((Array(link.utf8) + [UInt8](repeating: 0, count: 16)).prefix(16))
        let register = NftRegister(word: 4)
        let isOut: [NftExpression] = [
            .meta(.outInterfaceName, into: register), .compare(register, .equal, name),
        ]
        let draw: NftExpression = .masquerade(.init(portMin: nil, portMax: nil, flags: .fullyRandom))
        let commit = try host.namespace.perform {
            var reader = try NftablesReader()
            var writer = try NftWriter()
            return try writer.commit(
                try NftBatch(
                    [
                        .addTable(.ip, table, comment: nil),
                        .addChain(.ip, table: table, chain: chain, nil),
                        .addChain(.ip, table: table, chain: "post", .init(.postrouting, type: "nat", priority: 100)),
                        .addRule(
                            .ip,
                            table: table,
                            chain: chain,
                            (place == .interfaceOfRule ? isOut : []) + [draw],
                            comment: nil
                        ),
                        .addRule(.ip, table: table, chain: "post", [.verdict(.jump(chain))], comment: nil),
                    ],
                    plannedOn: try reader.generation()
                )
            )
        }
        try #require(commit == .committed)
    }
}
