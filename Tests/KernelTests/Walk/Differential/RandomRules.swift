/// A ruleset that nobody would write: chains, marks, sets and translations at random, for all three backends.
struct RandomRules: CustomStringConvertible {
    private(set) var nft = ""
    private(set) var iptablesNft = ""
    private(set) var iptablesLegacy = ""
    /// Whether a condition stands in it that nothing decides beforehand.
    private(set) var holdsUnknowable = false

    var description: String {
        "--- nft\n\(nft)\n--- iptables-nft\n\(iptablesNft)\n--- iptables-legacy\n\(iptablesLegacy)"
    }

    /// What takes all legacy rules away.
    static let emptyLegacy = ["raw", "mangle", "nat", "filter"].map { "*\($0)\nCOMMIT\n" }.joined()

    private var random: SplitMix64
    /// Priorities that are taken, by hook: of two chains of one priority nobody can tell which runs first.
    private var taken: [String: Set<Int>] = [:]

    /// Rules that somebody did think of.
    init(nft: String, iptablesNft: String = "", iptablesLegacy: String = "") {
        random = SplitMix64(seed: 0)
        self.nft = nft
        self.iptablesNft = iptablesNft
        self.iptablesLegacy = iptablesLegacy
    }

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        let usesNft = chance(2)
        let usesLegacy = chance(3)
        if usesNft { iptablesNft = iptables() }
        if usesLegacy { iptablesLegacy = iptables(isAlone: !usesNft) }
        nft = (0..<Int.random(in: 1...2, using: &random)).map { table($0) }.joined(separator: "\n")
    }

    private mutating func chance(_ n: Int) -> Bool { Int.random(in: 0..<n, using: &random) == 0 }

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &random)]
    }

    // MARK: nftables

    private static let hooks: [(type: String, hook: String, priorities: [Int])] = [
        ("filter", "prerouting", [-350, -310, -190, -160, -110, -90, 10]),
        ("nat", "prerouting", [-120, -105, -95]),
        ("filter", "forward", [-160, -10, 5]), ("filter", "input", [-160, 5]),
        ("filter", "output", [-310, -160, -110, -90, 5]), ("route", "output", [-155, -140, 20]),
        ("nat", "output", [-115, -97]),
        ("filter", "postrouting", [-160, 90, 130]),
        ("nat", "postrouting", [80, 90, 99, 101, 110, 120]),
        ("nat", "postrouting", [80, 90, 99, 101, 110, 120]),
    ]

    private mutating func table(_ number: Int) -> String {
        let family = chance(3) ? "inet" : "ip"
        let called = ["u0", "u1"]
        var text = "table \(family) t\(number) {\n"
        text += "set s { type ipv4_addr; flags interval; elements = { 10.0.1.2, 10.0.1.128/25, 192.0.2.64/26 }; }\n"
        text += "set p { type inet_service; elements = { 53, 5000 }; }\n"
        text +=
            "set c { type ipv4_addr . inet_service; flags interval; elements = { 192.0.2.0/24 . 3000-4000, 10.0.1.3 . 53 }; }\n"
        text +=
            "map m { type ipv4_addr : ipv4_addr; flags interval; elements = { 10.0.1.0/25 : 203.0.113.77, 10.0.1.130 : 203.0.113.78 }; }\n"
        // The chain that calls comes behind the one that is called.
        for (index, name) in called.enumerated().reversed() {
            let deeper = Array(called[(index + 1)...])
            text += "chain \(name) {\n" + rules(count: 1...3, "filter", "", deeper, family) + "}\n"
        }
        for _ in 0..<Int.random(in: 2...5, using: &random) {
            let (type, hook, priorities) = pick(Self.hooks)
            let priority = pick(priorities)
            guard taken[hook, default: []].insert(priority).inserted else { continue }
            let policy = chance(12) ? "drop" : "accept"
            text += "chain \(type)_\(hook)_\(priority + 400) {\n"
            text += "type \(type) hook \(hook) priority \(priority); policy \(policy);\n"
            text += rules(count: 1...4, type, hook, called, family) + "}\n"
        }
        return text + "}\n"
    }

    private mutating func rules(
        count: ClosedRange<Int>,
        _ type: String,
        _ hook: String,
        _ called: [String],
        _ family: String
    ) -> String {
        (0..<Int.random(in: count, using: &random)).map { _ in
            let conditions = (0..<Int.random(in: 0...2, using: &random)).map { _ in condition(hook) }
            return "  " + (conditions + [action(type, hook, called, family)]).joined(separator: " ") + "\n"
        }.joined()
    }

    private mutating func condition(_ hook: String) -> String {
        let not = chance(4) ? "!= " : ""
        switch Int.random(in: 0..<20, using: &random) {
        case 0: return "ip saddr \(not)10.0.1.\(pick(["2", "3", "0/25", "130"]))"
        case 1: return "ip daddr \(not)\(pick(["192.0.2.0/24", "192.0.2.10", "198.18.0.0/15", "203.0.113.0/24"]))"
        case 2: return "udp dport \(not)\(pick(["53", "3478", "3000-6000"]))"
        case 3: return "udp sport \(not)\(pick(["20000-24000", "20000-30000"]))"
        case 4: return "iifname \(not)\"\(pick(["lan0", "wan", "lan*"]))\""
        case 5 where hook != "prerouting" && hook != "input":
            return "oifname \(not)\"\(pick(["wan", "wan2", "wan*", "lan0"]))\""
        case 6: return "meta mark \(not)\(pick(["0x1", "0x4000", "0"]))"
        case 7: return "meta mark & 0x\(pick(["f", "4000"])) \(not.isEmpty ? "==" : "!=") 0x\(pick(["1", "0", "4000"]))"
        case 8: return "ct mark \(not)\(pick(["0", "1", "0x4000"]))"
        case 9: return "ct state \(pick(["new", "established,related", "untracked", "invalid"]))"
        case 10: return "ct status \(pick(["dnat", "snat"]))"
        case 11: return "ip \(pick(["saddr", "daddr"])) \(not)@s"
        case 12: return "udp dport \(not)@p"
        case 13: return "ip daddr . udp dport \(not)@c"
        case 14: return "fib daddr type \(not)\(pick(["local", "unicast"]))"
        case 15: return "ct original ip daddr \(not)192.0.2.\(pick(["10", "0/24"]))"
        case 16: return "meta l4proto udp ct original proto-dst \(pick(["53", "5000"]))"
        case 17: return "ip saddr \(not){ 10.0.1.2, 10.0.1.130 }"
        case 18 where chance(8):
            holdsUnknowable = true
            return "numgen random mod 2 0"
        default: return "meta l4proto udp"
        }
    }

    private mutating func action(_ type: String, _ hook: String, _ called: [String], _ family: String) -> String {
        let dnat = family == "inet" ? "dnat ip to" : "dnat to"
        let snat = family == "inet" ? "snat ip to" : "snat to"
        if type == "nat", !chance(3) {
            switch hook {
            case "postrouting":
                return pick([
                    "masquerade", "masquerade random", "masquerade fully-random",
                    "meta l4proto udp masquerade to :30000-40000",
                    "\(snat) 203.0.113.50", "meta l4proto udp \(snat) 203.0.113.51:25000-26000",
                    "\(snat) ip saddr map @m",
                    "\(snat) 198.51.100.1 persistent",
                ])
            default:
                return pick([
                    "\(dnat) 192.0.2.77", "meta l4proto udp \(dnat) 192.0.2.10:9999", "\(dnat) 10.0.1.3",
                    "meta l4proto udp \(dnat) 198.51.100.9:53",
                    "redirect", "meta l4proto udp redirect to :7000", "\(dnat) ip saddr map @m",
                    "udp dport 53 redirect",
                ])
            }
        }
        switch Int.random(in: 0..<13, using: &random) {
        case 0: return "accept"
        case 1 where chance(2): return "drop"
        case 2: return "return"
        case 3...4 where !called.isEmpty: return "jump \(pick(called))"
        case 5 where !called.isEmpty: return "goto \(pick(called))"
        case 6: return "meta mark set \(pick(["0x1", "0x4000", "0", "meta mark or 0x4000", "ct mark"]))"
        case 7: return "ct mark set \(pick(["0x1", "meta mark", "0x4000"]))"
        case 8 where type == "filter" && (hook == "prerouting" || hook == "output"): return "notrack"
        case 9 where !called.isEmpty:
            return "udp dport vmap { 53 : jump \(pick(called)), 5000 : return, 9000 : accept }"
        default: return "counter"
        }
    }

    // MARK: iptables

    private mutating func iptables(isAlone: Bool = true) -> String {
        var text = ""
        let tables = [
            ("raw", ["PREROUTING", "OUTPUT"]), ("mangle", ["PREROUTING", "FORWARD", "OUTPUT", "POSTROUTING"]),
            ("nat", ["PREROUTING", "OUTPUT", "POSTROUTING"]), ("filter", ["FORWARD", "OUTPUT"]),
        ]
        // Both backends have their tables at the same priorities: only one of them has each.
        for (index, (table, chains)) in tables.enumerated()
        where isAlone ? chance(2) || table == "nat" : index == 1 && chance(2) {
            guard isAlone || !iptablesNft.contains("*\(table)") else { continue }
            text += "*\(table)\n:U - [0:0]\n"
            for chain in chains + ["U"] {
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    var seen: Set<Substring> = []
                    let conditions = (0..<Int.random(in: 0...2, using: &random)).map { _ in match(chain) }
                        // iptables takes each of its own options once.
                        .filter { text in
                            text.split(separator: " ").first { $0 != "!" }.map {
                                seen.insert($0).inserted || $0 == "-m"
                            }
                                ?? true
                        }
                    let line = (["-A \(chain)"] + conditions + [target(table, chain)]).joined(separator: " ")
                    text += Self.withOneProtocol(line) + "\n"
                }
            }
            text += "COMMIT\n"
        }
        return text
    }

    /// iptables takes one protocol in a rule, and needs it before ports.
    private static func withOneProtocol(_ line: String) -> String {
        guard line.contains("-p udp ") else { return line }
        let words = line.split(separator: " ", maxSplits: 2).map(String.init)
        return "\(words[0]) \(words[1]) -p udp \(words[2].split(separator: "-p udp ").joined())"
    }

    private mutating func match(_ chain: String) -> String {
        let not = chance(4) ? "! " : ""
        switch Int.random(in: 0..<14, using: &random) {
        case 0: return "\(not)-s 10.0.1.\(pick(["2", "3", "0/25"]))"
        case 1: return "\(not)-d \(pick(["192.0.2.0/24", "198.18.0.0/15"]))"
        case 2: return "-p udp -m udp \(not)--dport \(pick(["53", "3000:6000"]))"
        case 3: return "-m mark \(not)--mark \(pick(["0x1", "0x4000/0x4000", "0"]))"
        case 4: return "-m connmark \(not)--mark \(pick(["0x1", "0"]))"
        case 5: return "-m conntrack \(not)--ctstate \(pick(["NEW", "RELATED,ESTABLISHED", "DNAT", "UNTRACKED"]))"
        case 6: return "-m addrtype \(not)--dst-type \(pick(["LOCAL", "UNICAST"]))"
        case 7 where chain != "PREROUTING": return "\(not)-o \(pick(["wan", "wan+", "wan2"]))"
        case 8 where chain != "POSTROUTING" && chain != "OUTPUT": return "\(not)-i lan0"
        case 9: return "-p udp -m multiport \(not)--dports 53,3000:4000"
        case 10: return "-m iprange \(not)--dst-range 192.0.2.5-192.0.2.50"
        default: return "-m comment --comment random"
        }
    }

    private mutating func target(_ table: String, _ chain: String) -> String {
        let isCalled = chain == "U"
        if table == "nat", !isCalled, !chance(3) {
            return chain == "POSTROUTING"
                ? pick([
                    "-j MASQUERADE", "-j MASQUERADE --random-fully", "-j SNAT --to-source 203.0.113.60",
                    "-p udp -j SNAT --to-source 203.0.113.61:21000-22000",
                ])
                : pick([
                    "-j DNAT --to-destination 192.0.2.77", "-p udp -j DNAT --to-destination 10.0.1.3:5353",
                    "-p udp -j REDIRECT --to-ports 7001", "-j REDIRECT",
                ])
        }
        switch Int.random(in: 0..<9, using: &random) {
        case 0: return "-j ACCEPT"
        case 1 where chance(2): return table == "nat" ? "-j ACCEPT" : "-j DROP"
        case 2: return "-j RETURN"
        case 3...4 where !isCalled: return "-\(pick(["j", "g"])) U"
        case 5: return "-j MARK --set-xmark \(pick(["0x4000/0x4000", "0x1/0xffffffff", "0x0/0x4000"]))"
        case 6: return "-j CONNMARK \(pick(["--set-xmark 0x1/0xffffffff", "--save-mark", "--restore-mark"]))"
        case 7 where table == "raw": return "-j CT --notrack"
        default: return ""
        }
    }
}
