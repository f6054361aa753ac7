/// Base chains at random that all want the same packet: hooks, priorities, families and backends, equal ones too.
struct RandomOrder {
    /// The rules, to be loaded in one go.
    private(set) var rules: RandomRules
    /// Whether two chains of one hook have the same priority, so that a dump does not show which of them runs first.
    private(set) var hasTies = false

    /// What a chain does with a packet; each translation has an address of its own, that shows who decided.
    private enum Deed: CaseIterable {
        case translate, keep, accept, giveBack, drop, untrack
    }

    init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var priorities: [Int] = []
        var nft = ""
        let hasLegacy = Int.random(in: 0..<3, using: &random) == 0
        let hasIptablesNft = !hasLegacy && Int.random(in: 0..<3, using: &random) == 0
        if hasLegacy || hasIptablesNft { priorities.append(100) }
        for number in 0..<Int.random(in: 1...4, using: &random) {
            // Few values, so that many are equal.
            let priority = [90, 99, 100, 100, 101, 110].randomElement(using: &random) ?? 100
            let family = Bool.random(using: &random) ? "inet" : "ip"
            let isDormant = Int.random(in: 0..<6, using: &random) == 0
            let deed = Deed.allCases.randomElement(using: &random) ?? .translate
            if !isDormant, deed != .untrack {
                hasTies = hasTies || priorities.contains(priority)
                priorities.append(priority)
            }
            nft += "table \(family) t\(number) {\n" + (isDormant ? "  flags dormant;\n" : "")
            nft += Self.chain(deed, priority, family, number) + "}\n"
        }
        // An expression that nothing calls switches connection tracking on: without it no chain of type nat runs.
        nft += "table ip tracking { chain unused { masquerade; }; }\n"
        let target = "-p udp -j SNAT --to-source 203.0.113.60"
        let iptables = "*nat\n-A POSTROUTING -o wan \(target)\nCOMMIT\n"
        rules = RandomRules(
            nft: nft,
            iptablesNft: hasIptablesNft ? iptables : "",
            iptablesLegacy: hasLegacy ? iptables : ""
        )
    }

    private static func chain(_ deed: Deed, _ priority: Int, _ family: String, _ number: Int) -> String {
        let snat = family == "inet" ? "snat ip to" : "snat to"
        let rule =
            switch deed {
            case .translate: "oifname \"wan\" \(snat) 203.0.113.\(70 + number)"
            // To the address that the packet has: nothing is to be seen of it, and no later chain may translate.
            case .keep: "oifname \"wan\" ip saddr 10.0.1.2 \(snat) 10.0.1.2"
            case .accept: "accept"
            case .giveBack: "return; oifname \"wan\" \(snat) 203.0.113.\(70 + number)"
            case .drop: "udp dport 53 drop"
            case .untrack: "udp dport 5000 notrack"
            }
        if case .untrack = deed {
            // Before connection tracking looks, or too late.
            let place = number % 2 == 0 ? -300 : -150
            return "  chain c { type filter hook prerouting priority \(place); \(rule); }\n"
        }
        return "  chain c { type nat hook postrouting priority \(priority); \(rule); }\n"
    }
}
