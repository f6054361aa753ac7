import NetlinkBridge

extension RandomRules {
    private static let tables = [
        ("raw", ["PREROUTING", "OUTPUT"]), ("mangle", ["PREROUTING", "FORWARD", "OUTPUT", "POSTROUTING"]),
        ("nat", ["PREROUTING", "OUTPUT", "POSTROUTING"]), ("filter", ["FORWARD", "OUTPUT"]),
    ]

    /// Rules of iptables or ip6tables, or, besides those of the other backend, of one table that it has not.
    ///
    /// Both backends have their tables at the same priorities: only one of them has each.
    mutating func iptables(besides other: String = "") -> String {
        var text = ""
        for (table, chains) in Self.tables {
            let isWanted = other.isEmpty ? chance(2) || table == "nat" : table == "mangle" && chance(2)
            guard isWanted, !other.contains("*\(table)\n") else { continue }
            text += "*\(table)\n:U - [0:0]\n"
            for chain in chains + ["U"] {
                for _ in 0..<number(0...3) { text += rule(table, chain) + "\n" }
            }
            text += "COMMIT\n"
        }
        return text
    }

    private mutating func rule(_ table: String, _ chain: String) -> String {
        let transport = pick(["udp", "tcp"])
        var seen: Set<Substring> = []
        let conditions = (0..<number(0...2)).map { _ in match(chain, transport) }.filter { text in
            // iptables takes each of its own options once.
            text.split(separator: " ").first { $0 != "!" }.map { seen.insert($0).inserted || $0 == "-m" } ?? true
        }
        let line = (["-A \(chain)"] + conditions + [target(table, chain, transport)]).joined(separator: " ")
        // It takes one protocol in a rule, and needs it before ports.
        guard line.contains("-p \(transport) ") else { return line }
        let words = line.split(separator: " ", maxSplits: 2).map(String.init)
        return "\(words[0]) \(words[1]) -p \(transport) \(words[2].split(separator: "-p \(transport) ").joined())"
    }

    private mutating func match(_ chain: String, _ transport: String) -> String {
        let not = chance(4) ? "! " : ""
        switch number(0...15) {
        case 0: return "\(not)-s \(at(pick(["10.0.1.2", "10.0.1.3", "10.0.1.0/25"])))"
        case 1: return "\(not)-d \(at(pick(["192.0.2.0/24", "198.18.0.0/15"])))"
        case 2: return "-p \(transport) -m \(transport) \(not)--dport \(pick(["53", "3000:6000"]))"
        case 3: return "-m mark \(not)--mark \(pick(["0x1", "0x4000/0x4000", "0"]))"
        case 4: return "-m connmark \(not)--mark \(pick(["0x1", "0"]))"
        case 5: return "-m conntrack \(not)--ctstate \(pick(["NEW", "RELATED,ESTABLISHED", "DNAT", "UNTRACKED"]))"
        case 6: return "-m addrtype \(not)--dst-type \(pick(["LOCAL", "UNICAST"]))"
        case 7 where chain != "PREROUTING": return "\(not)-o \(pick(["wan", "wan+", "wan2"]))"
        case 8 where chain != "POSTROUTING" && chain != "OUTPUT": return "\(not)-i lan0"
        case 9: return "-p \(transport) -m multiport \(not)--dports 53,3000:4000"
        case 10: return "-m iprange \(not)--dst-range \(at("192.0.2.5"))-\(at("192.0.2.50"))"
        case 11: return "-m set \(not)--match-set a\(family.rawValue) \(pick(["src", "dst"]))"
        case 12: return "-m set \(not)--match-set p\(family.rawValue) dst,dst"
        default: return "-m comment --comment random"
        }
    }

    private mutating func target(_ table: String, _ chain: String, _ transport: String) -> String {
        let isCalled = chain == "U"
        if table == "nat", !isCalled, !chance(3) {
            return chain == "POSTROUTING"
                ? pick([
                    "-j MASQUERADE", "-j MASQUERADE --random-fully", "-j SNAT --to-source \(at("203.0.113.60"))",
                    "-p \(transport) -j SNAT --to-source \(at("203.0.113.61", port: "21000-22000"))",
                    "-j NETMAP --to \(at("203.0.113.0/24"))",
                ])
                : pick([
                    "-j DNAT --to-destination \(at("192.0.2.77"))",
                    "-p \(transport) -j DNAT --to-destination \(at("10.0.1.3", port: "5353"))",
                    "-p \(transport) -j REDIRECT --to-ports 7001", "-j REDIRECT",
                    "-j NETMAP --to \(at("198.18.9.0/24"))",
                ])
        }
        switch number(0...8) {
        case 0: return "-j ACCEPT"
        case 1 where chance(2): return table == "nat" ? "-j ACCEPT" : "-j DROP"
        case 2: return "-j RETURN"
        case 3...4 where !isCalled: return "-\(pick(["j", "g"])) U"
        case 5: return "-j MARK --set-xmark \(pick(["0x4000/0x4000", "0x1/0xffffffff", "0x0/0x4000"]))"
        case 6: return "-j CONNMARK \(pick(["--set-xmark 0x1/0xffffffff", "--save-mark", "--restore-mark"]))"
        case 7 where table == "raw": return pick(["-j CT --notrack", "-j CT --notrack", "-j CT --zone 5"])
        default: return ""
        }
    }
}
