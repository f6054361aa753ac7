import NetlinkBridge

extension RandomRules {
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

    /// `ip` or `ip6`, as nft calls the family.
    private var ip: String { family.rawValue }

    mutating func table(_ number: Int) -> String {
        let table = chance(3) ? "inet" : ip
        let called = ["u0", "u1"]
        let address = family == .ip ? "ipv4_addr" : "ipv6_addr"
        func set(_ name: String, _ type: String, _ elements: String...) -> String {
            "\(name) { type \(type); flags interval; elements = { \(elements.joined(separator: ", ")) }; }\n"
        }
        var text = "table \(table) t\(number) {\n"
        text += set("set s", address, at("10.0.1.2"), at("10.0.1.128/25"), at("192.0.2.64/26"))
        text += "set p { type inet_service; elements = { 53, 5000 }; }\n"
        text += set(
            "set c",
            "\(address) . inet_service",
            "\(at("192.0.2.0/24")) . 3000-4000",
            "\(at("10.0.1.3")) . 53"
        )
        text += set(
            "map m",
            "\(address) : \(address)",
            "\(at("10.0.1.0/25")) : \(at("203.0.113.77"))",
            "\(at("10.0.1.130")) : \(at("203.0.113.78"))"
        )
        // The chain that calls comes behind the one that is called.
        for (index, name) in called.enumerated().reversed() {
            let deeper = Array(called[(index + 1)...])
            text += "chain \(name) {\n" + rules(count: 1...3, "filter", "", deeper, table) + "}\n"
        }
        for _ in 0..<self.number(2...5) {
            let (type, hook, priorities) = pick(Self.hooks)
            let priority = pick(priorities)
            guard taken[hook, default: []].insert(priority).inserted else { continue }
            let policy = chance(12) ? "drop" : "accept"
            text += "chain \(type)_\(hook)_\(priority + 400) {\n"
            text += "type \(type) hook \(hook) priority \(priority); policy \(policy);\n"
            text += rules(count: 1...4, type, hook, called, table) + "}\n"
        }
        return text + "}\n"
    }

    private mutating func rules(
        count: ClosedRange<Int>,
        _ type: String,
        _ hook: String,
        _ called: [String],
        _ table: String
    ) -> String {
        (0..<number(count)).map { _ in
            // nft takes one protocol in a rule.
            let transport = pick(["udp", "tcp"])
            let conditions = (0..<number(0...2)).map { _ in condition(hook, transport) }
            let action = action(type, hook, called, table, transport)
            return "  " + (conditions + [action]).joined(separator: " ") + "\n"
        }.joined()
    }

    private mutating func condition(_ hook: String, _ transport: String) -> String {
        let not = chance(4) ? "!= " : ""
        switch number(0...19) {
        case 0: return "\(ip) saddr \(not)\(at(pick(["10.0.1.2", "10.0.1.3", "10.0.1.0/25", "10.0.1.130"])))"
        case 1:
            return
                "\(ip) daddr \(not)\(at(pick(["192.0.2.0/24", "192.0.2.10", "198.18.0.0/15", "203.0.113.0/24"])))"
        case 2: return "\(transport) dport \(not)\(pick(["53", "3478", "3000-6000"]))"
        case 3: return "\(transport) sport \(not)\(pick(["20000-24000", "20000-30000"]))"
        case 4: return "iifname \(not)\"\(pick(["lan0", "wan", "lan*", "lo"]))\""
        case 5 where hook != "prerouting" && hook != "input":
            return "oifname \(not)\"\(pick(["wan", "wan2", "wan*", "lan0"]))\""
        case 6: return "meta mark \(not)\(pick(["0x1", "0x4000", "0"]))"
        case 7: return "meta mark & 0x\(pick(["f", "4000"])) \(not.isEmpty ? "==" : "!=") 0x\(pick(["1", "0", "4000"]))"
        case 8: return "ct mark \(not)\(pick(["0", "1", "0x4000"]))"
        case 9: return "ct state \(pick(["new", "established,related", "untracked", "invalid"]))"
        case 10: return "ct status \(pick(["dnat", "snat", "confirmed"]))"
        case 11: return "\(ip) \(pick(["saddr", "daddr"])) \(not)@s"
        case 12: return "\(transport) dport \(not)@p"
        case 13: return "\(ip) daddr . \(transport) dport \(not)@c"
        case 14: return "fib daddr type \(not)\(pick(["local", "unicast"]))"
        case 15: return "ct original \(ip) daddr \(not)\(at(pick(["192.0.2.10", "192.0.2.0/24"])))"
        case 16: return "meta l4proto \(transport) ct original proto-dst \(pick(["53", "5000"]))"
        case 17: return "\(ip) saddr \(not){ \(at("10.0.1.2")), \(at("10.0.1.130")) }"
        case 18 where chance(8):
            holdsUnknowable = true
            return "numgen random mod 2 0"
        default: return "meta l4proto \(not)\(transport)"
        }
    }

    private mutating func translation(_ hook: String, _ table: String, _ transport: String) -> String {
        let dnat = table == "inet" ? "dnat \(ip) to" : "dnat to"
        let snat = table == "inet" ? "snat \(ip) to" : "snat to"
        let ports = "meta l4proto \(transport)"
        if hook == "postrouting" {
            return pick([
                "masquerade", "masquerade random", "masquerade fully-random", "\(ports) masquerade to :30000-40000",
                "\(snat) \(at("203.0.113.50"))", "\(ports) \(snat) \(at("203.0.113.51", port: "25000-26000"))",
                "\(snat) \(ip) saddr map @m", "\(snat) \(at("198.51.100.1")) persistent",
                "\(snat) \(at("203.0.113.64"))-\(at("203.0.113.67"))",
                "snat \(ip) prefix to \(ip) saddr map { \(at("10.0.1.0/24")) : \(at("203.0.113.0/24")) }",
            ])
        }
        return pick([
            "\(dnat) \(at("192.0.2.77"))", "\(ports) \(dnat) \(at("192.0.2.10", port: "9999"))",
            "\(dnat) \(at("10.0.1.3"))", "\(ports) \(dnat) \(at("198.51.100.9", port: "53"))", "redirect",
            "\(ports) redirect to :7000", "\(dnat) \(ip) saddr map @m", "\(transport) dport 53 redirect",
            "dnat \(ip) prefix to \(ip) daddr map { \(at("192.0.2.0/24")) : \(at("198.18.7.0/24")) }",
        ])
    }

    private mutating func action(
        _ type: String,
        _ hook: String,
        _ called: [String],
        _ table: String,
        _ transport: String
    ) -> String {
        if type == "nat", !chance(3) { return translation(hook, table, transport) }
        switch number(0...12) {
        case 0: return "accept"
        case 1 where chance(2): return "drop"
        case 2: return "return"
        case 3...4 where !called.isEmpty: return "jump \(pick(called))"
        case 5 where !called.isEmpty: return "goto \(pick(called))"
        case 6: return "meta mark set \(pick(["0x1", "0x4000", "0", "meta mark or 0x4000", "ct mark"]))"
        case 7: return "ct mark set \(pick(["0x1", "meta mark", "0x4000"]))"
        case 8 where type == "filter" && (hook == "prerouting" || hook == "output"):
            return pick(["notrack", "notrack", "ct zone set 5"])
        case 9 where !called.isEmpty:
            return "\(transport) dport vmap { 53 : jump \(pick(called)), 5000 : return, 9000 : accept }"
        default: return "counter"
        }
    }
}
