import NetlinkBridge
import Testing

@testable import NatAudit

/// Conditions against the kernel: packets are sent for real, and the rules whose conditions hold count them.
struct ConditionTrafficTests {
    @Test(arguments: ConditionTable.nft + ConditionTable.iptables + ConditionTable.untracked)
    func theRulesCountThePacketsForWhichTheirConditionsHold(_ table: ConditionTable) async throws {
        try await inTurn { try Self.check(table) }
    }

    private static func check(_ table: ConditionTable) throws {
        let lab = try NATLab()
        try lab.nat.ip(["link set lan0 group 7", "link set wan group 9"])
        if !table.ipsets.isEmpty { try lab.nat.require("ipset", "restore", input: table.ipsets) }
        if table.family == .ip6 { try addVersion6(to: lab) }
        switch table.loader {
        case .nft: try lab.nat.require("nft", "-f", "-", input: table.script)
        case .iptablesNft, .iptablesLegacy: try lab.nat.require("\(table.tool)-restore", input: table.script)
        }
        if table.ipsets.contains("create changed") {
            // An own chain, so that the rules of the table stay in their places.
            try lab.nat.require(
                table.tool,
                "-t",
                "mangle",
                "-A",
                "POSTROUTING",
                "-j",
                "SET",
                "--add-set",
                "changed",
                "dst"
            )
        }
        let addresses = ConditionAddresses(table.family)
        let server = try lab.servers.socket(addresses.server, port: 3478)
        for (host, address) in [(lab.clientA, addresses.client), (lab.nat, addresses.nat)] {
            let socket = try host.socket(address, port: 42000)
            try socket.send([1], to: server.local)
            _ = try #require(try server.receive(within: .seconds(5)))
        }
        let host = try ConditionHost(lab.nat, addresses)
        for way in [ConditionTable.Ways.forwarded, .own] {
            let probes = table.probes(for: way)
            let rules = try host.rules(for: way)
            try #require(rules.count == probes.count)
            for (probe, rule) in zip(probes, rules) {
                let answer = host.answer(rule.rule, for: way, isUntracked: table.isUntracked)
                let words = "\(way == .own ? "own" : "forwarded"): \(probe.text): \(rule.packets) counted, \(answer)"
                if probe.unknown.contains(way) {
                    #expect(answer.isUnknown, "\(words)")
                } else {
                    #expect(answer == (rule.packets > 0 ? .yes : .no), "\(words)")
                }
            }
        }
        withExtendedLifetime(lab) {}
    }

    /// Gives the hosts addresses of IPv6 as well.
    private static func addVersion6(to lab: NATLab) throws {
        try lab.nat.set(["net/ipv6/conf/all/forwarding": "1"])
        try lab.nat.ip([
            "address add 2001:db8:1::1/64 dev lan0 nodad", "address add 2001:db8:2::1/64 dev wan nodad",
        ])
        try lab.clientA.ip([
            "address add 2001:db8:1::2/64 dev eth0 nodad", "route add default via 2001:db8:1::1",
        ])
        try lab.servers.ip(["address add 2001:db8:2::10/64 dev eth0 nodad"])
    }
}

extension Answer {
    /// Tells whether it cannot be told.
    fileprivate var isUnknown: Bool { if case .unknown = self { true } else { false } }
}
