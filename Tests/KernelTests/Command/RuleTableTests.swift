import NatAudit
import NetlinkBridge
import Testing

/// Every kind of rule in every backend: `scan` has to name it, and to say what a real client's port becomes.
struct RuleTableTests {
    @Test(arguments: NATRule.table)
    func theRulesAloneTellTheVerdict(_ rule: NATRule) async throws {
        try await inTurn {
            let lab = try NATLab()
            try rule.load(on: lab.nat)
            let (run, report) = try Program.scan(lab.nat)
            #expect(run.status == (rule.ports == .drawn ? 1 : 0))
            #expect(run.errors == "")
            #expect(report.verdict == rule.verdict)
            #expect(report.attribution == (rule.ports == .drawn ? "this-host" : "none"))
            #expect(report.probes.isEmpty)
            #expect(report.limits.contains { $0.contains("no probe") })
            #expect(report.findingIDs.contains("random-source-ports") == (rule.ports == .drawn))
            #expect(report.paths.map(\.from) == ["host", "10.0.1.0/24"])
            #expect(report.paths.allSatisfy { $0.rule == 0 && $0.outInterface == "wan" && $0.when == nil })
            try expectListed(rule, report, lab.nat)
        }
    }

    @Test(arguments: NATRule.table)
    func aClientsProbeProvesIt(_ rule: NATRule) async throws {
        try await inTurn {
            let lab = try NATLab()
            let servers = try lab.answerSTUN(ports: [3478, 3479])
            try rule.load(on: lab.nat)
            let named = servers.endpoints.flatMap { ["--stun", "\($0)"] }
            let (run, report) = try Program.scan(
                lab.nat,
                ["--probe-netns", lab.clientA.namespace.path] + named
            )
            #expect(run.status == (rule.ports == .drawn ? 1 : 0))
            #expect(report.verdict == rule.verdict)
            #expect(report.attribution == (rule.ports == .drawn ? "this-host" : "none"))
            #expect(report.limits == [])
            #expect(!report.findingIDs.contains("rules-and-probe-disagree"))
            try expectListed(rule, report, lab.nat)

            #expect(report.probes.count == 1)
            let probe = try #require(report.probes.first)
            #expect(probe.verdict == rule.verdict)
            #expect(probe.local?.hasPrefix("10.0.1.2:") == true)
            #expect(
                probe.mapping
                    == (rule.ports == .drawn ? "address-and-port-dependent" : "endpoint-independent")
            )
            let flows = try lab.nat.translations(of: try #require(probe.local))
            #expect(flows.count == servers.endpoints.count)
            for server in probe.servers {
                #expect(server.mapped == flows[server.server])
                #expect(server.translatedHere == flows[server.server])
                #expect(server.error == nil)
            }
            if rule.ports == .kept {
                let port = probe.local?.split(separator: ":").last ?? ""
                #expect(probe.presented == ["203.0.113.1:\(port)"])
            }
            withExtendedLifetime(servers) {}
        }
    }

    /// Checks the one rule of the report against the row that made it, and against the tools' own listing.
    private func expectListed(_ row: NATRule, _ report: ScanOutput, _ host: LabHost) throws {
        #expect(report.sourceNAT.count == 1)
        let rule = try #require(report.sourceNAT.first)
        #expect(rule.backend == row.backend.rawValue)
        #expect(rule.family == "ip")
        #expect(rule.table == "nat")
        #expect(rule.kind == (row.name.lowercased().hasPrefix("masquerade") ? "masquerade" : "snat"))
        #expect(rule.flags == row.flags)
        #expect(rule.addresses == (rule.kind == "snat" ? ["203.0.113.1"] : []))
        #expect(rule.ports == row.name.firstMatch(of: /[: ](\d+-\d+)/).map { String($0.1) })
        #expect(rule.verdict == row.verdict)
        #expect(rule.reach == "always")
        #expect(rule.when == nil)
        #expect(rule.comment == nil && rule.owner == nil)
        let listed = try RuleListing(row.backend, on: host).lines
        #expect(listed.count == 1)
        let line = try #require(listed.first)
        #expect(
            RuleListing.Line(
                chain: rule.chain,
                position: rule.position,
                handle: rule.handle,
                text: rule.text
            ) == line
        )
        #expect((rule.handle == nil) == (row.backend == .iptablesLegacy))
    }
}

extension NATRule {
    /// The verdict that follows from what a client's port becomes.
    var verdict: String { ports == .drawn ? "hard" : "easy" }

    /// The flags that the rule's own words name, in nftables' words.
    fileprivate var flags: [String] {
        let words = name.split(separator: " ")
        if words.contains("fully-random") || words.contains("--random-fully") { return ["fully-random"] }
        if words.contains("random") || words.contains("--random") { return ["random"] }
        return words.contains { $0.hasSuffix("persistent") } ? ["persistent"] : []
    }
}
