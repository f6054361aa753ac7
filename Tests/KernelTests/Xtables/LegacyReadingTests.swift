import Foundation
import NetlinkBridge
import Testing

struct LegacyReadingTests {
    @Test(arguments: AddressFamily.allCases)
    func readingMakesNoTable(_ family: AddressFamily) throws {
        let namespace = try XtablesNamespace()
        let list = family == .ip ? "ip_tables_names" : "ip6_tables_names"
        let (before, table, bytes, after) = try namespace.namespace.perform {
            let before = try LegacyTableReader.tableNames(family: family)
            let table = try LegacyTableReader.read(family: family)
            let bytes = try LegacyTableReader.readBytes(table: "filter", family: family)
            // Not there at all where the module is not loaded.
            let after = try? String(contentsOfFile: "/proc/thread-self/net/" + list, encoding: .utf8)
            return (before, table, bytes, after)
        }
        #expect(before == [])
        #expect(table == nil)
        #expect(bytes == nil)
        #expect(after == nil || after == "")
    }

    @Test func aTableIsListedOnceItExists() throws {
        let namespace = try XtablesNamespace()
        try namespace.run(["iptables-legacy", "-t", "nat", "-A", "POSTROUTING", "-j", "MASQUERADE"])
        let (names, names6, read) = try namespace.namespace.perform {
            (
                try LegacyTableReader.tableNames(family: .ip), try LegacyTableReader.tableNames(family: .ip6),
                try LegacyTableReader.read(family: .ip)
            )
        }
        #expect(names == ["nat"])
        #expect(names6 == [])
        let table = try #require(read)
        #expect(table.chains.map(\.hook) == [.prerouting, .input, .output, .postrouting])
        let rule = try #require(table.chain("POSTROUTING")?.rules.first)
        guard case .masquerade(let range) = rule.decodedTarget else {
            Issue.record("\(rule)")
            return
        }
        #expect(range.flags.isEmpty && range.minimumAddress == nil && range.minimumPort == nil)
    }

    @Test func aTableWithManyRulesIsReadWhole() throws {
        let namespace = try XtablesNamespace()
        let rules = (0..<5_000).map { number in
            "-A POSTROUTING -s 10.\(number / 256).\(number % 256).0/24 -j SNAT --to-source 192.0.2.1"
        }
        try namespace.restore("*nat\n" + rules.joined(separator: "\n") + "\nCOMMIT\n", .ip)
        let expected = try namespace.saved(table: "nat", .ip)
        #expect(try namespace.read(table: "nat", .ip) == expected)
        #expect(expected.rules["POSTROUTING"]?.count == 5_000)
    }

    @Test func aSetThatIsGoneHasNoName() throws {
        let namespace = try XtablesNamespace()
        try namespace.run(["ipset", "create", "here", "hash:ip"])
        let names = try namespace.namespace.perform { try XtSetNames.read(0..<4) }
        #expect(names == [0: "here"])
    }
}
