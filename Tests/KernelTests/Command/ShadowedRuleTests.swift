import NatAudit
import Testing

/// Rules that no packet can meet, and rules that only look like them.
struct ShadowedRuleTests {
    private func findings(_ rules: String, _ loader: [String]) throws -> [ScanOutput.Finding] {
        let lab = try NATLab()
        try LabTool.require(loader, in: lab.nat.namespace, input: rules)
        return try Program.scan(lab.nat).report.findings.filter {
            $0.id == "shadowed-rule" || $0.id == "stale-duplicate-rule"
        }
    }

    private func nft(_ rules: String, chains: String = "") throws -> [ScanOutput.Finding] {
        try findings(
            "table ip t { \(chains) chain post { type nat hook postrouting priority srcnat; \(rules); }; }",
            ["nft", "-f", "-"]
        )
    }

    @Test func aRuleBehindOneForAllItsPacketsIsShadowed() throws {
        let found = try nft("oifname \"wan\" masquerade; oifname \"wan\" ip saddr 10.0.1.0/24 masquerade random")
        #expect(found.map(\.id) == ["shadowed-rule"])
        #expect(found.first?.rule == 1)
        #expect(try nft("accept; masquerade random").map(\.id) == ["shadowed-rule"])
    }

    @Test func theSameRuleTwiceIsAStaleDuplicate() throws {
        let rule = "-A POSTROUTING -o wan -j MASQUERADE\n"
        for backend in [Backend.iptablesNft, .iptablesLegacy] {
            let found = try findings("*nat\n\(rule)\(rule)COMMIT\n", ["\(backend.rawValue)-restore"])
            #expect(found.map(\.id) == ["stale-duplicate-rule"])
        }
    }

    @Test func aChainThatRunsEarlierShadowsToo() throws {
        let early = "chain early { type nat hook postrouting priority 99; oifname \"wan\" masquerade; };"
        #expect(try nft("oifname \"wan\" masquerade random", chains: early).map(\.id) == ["shadowed-rule"])
        let returning =
            "chain early { type nat hook postrouting priority 99; ip daddr 10.0.0.0/8 return; masquerade; };"
        #expect(try nft("oifname \"tun0\" masquerade random", chains: returning).isEmpty)
    }

    @Test func aChainThatNothingCallsIsDead() throws {
        let found = try nft("masquerade", chains: "chain lost { masquerade random; };")
        #expect(found.map(\.id) == ["shadowed-rule"])
        #expect(found.first?.detail.contains("no base chain leads to chain lost") == true)
    }

    /// Not met by the paths of the report, and yet not shadowed.
    @Test func aRuleForOtherPacketsIsNotShadowed() throws {
        #expect(try nft("oifname \"wan\" masquerade; oifname \"tun0\" masquerade random").isEmpty)
        #expect(try nft("ip saddr 10.0.1.2 accept; ip saddr 10.9.0.0/16 masquerade random").isEmpty)
        let both = "table inet t { chain post { type nat hook postrouting priority srcnat; "
        #expect(
            try findings(both + "snat ip to 203.0.113.1; snat ip6 to 2001:db8::1; }; }", ["nft", "-f", "-"]).isEmpty
        )
        #expect(try nft("limit rate 1/second accept; masquerade").isEmpty)
    }
}
