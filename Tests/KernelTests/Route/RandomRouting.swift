import NetlinkBridge

/// Addresses, routes, rules and switches drawn at random, as the lines of an `ip -batch` script.
struct RandomRouting {
    private var random: SplitMix64
    let family: AddressFamily
    private(set) var lines: [String] = []
    /// The switches below `net.ipv4.conf`, with their values.
    private(set) var switches: [(name: String, value: String)] = []

    private static let links = ["ra", "rb", "rc"]

    init(seed: UInt64, family: AddressFamily) {
        random = SplitMix64(seed: seed)
        self.family = family
        draw()
    }

    private mutating func one<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &random)]
    }

    private mutating func sometimes(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }

    /// One of few addresses, so that prefixes, sources and destinations often meet.
    mutating func address() -> String {
        let (high, low) = (one([1, 2, 3, 4]), one([1, 2, 9, 77, 130]))
        return family == .ip ? "10.0.\(high).\(low)" : "2001:db8:0:\(high)::\(low)"
    }

    private mutating func prefix() -> String {
        family == .ip
            ? one([
                "default", "10.0.0.0/8", "10.0.0.0/16", "10.0.\(one([1, 2, 3, 4])).0/24", "\(address())/32",
                "10.0.2.0/23",
            ])
            : one([
                "default", "2001:db8::/32", "2001:db8:0:\(one([1, 2, 3, 4]))::/64", "\(address())/128", "2001:db8::/62",
            ])
    }

    private mutating func draw() {
        lines = ["link set lo up"]
        for (number, link) in Self.links.enumerated() {
            lines.append("link add \(link) type veth peer name \(link)p")
            lines += ["link set \(link)p up", "link set \(link) up"]
            let own = family == .ip ? "10.0.\(number + 1).1/24" : "2001:db8:0:\(number + 1)::1/64"
            if number < 2 || sometimes(0.7) { lines.append("address add \(own) dev \(link) \(nodad)") }
            if sometimes(0.3), family == .ip { lines.append("address add 10.0.\(number + 1).2/24 dev \(link)") }
        }
        for _ in 0..<Int.random(in: 2...7, using: &random) { lines.append(route()) }
        if sometimes(0.7) { for _ in 0..<Int.random(in: 1...4, using: &random) { lines.append(rule()) } }
        for link in ["all"] + Self.links {
            switches.append(("net.ipv4.conf.\(link).rp_filter", one(["0", "0", "1", "2"])))
            switches.append(("net.ipv4.conf.\(link).forwarding", one(["1", "1", "1", "0"])))
            if sometimes(0.2) { switches.append(("net.ipv4.conf.\(link).accept_local", "1")) }
            if sometimes(0.2) { switches.append(("net.ipv4.conf.\(link).src_valid_mark", "1")) }
            if sometimes(0.2) { switches.append(("net.ipv4.conf.\(link).send_redirects", "0")) }
        }
    }

    private var nodad: String { family == .ip ? "" : "nodad" }

    private mutating func route() -> String {
        let table = one(["main", "main", "100", "101"])
        let metric = sometimes(0.4) ? " metric \(one([5, 50, 500]))" : ""
        if sometimes(0.2) {
            return
                "route add \(one(["blackhole", "unreachable", "prohibit", "throw"])) \(prefix()) table \(table)\(metric)"
        }
        if sometimes(0.05), family == .ip { return "route add local \(prefix()) dev lo table \(one(["local", "100"]))" }
        if sometimes(0.03), family == .ip {
            return "route add \(prefix()) nexthop via 10.0.1.254 dev ra nexthop via 10.0.2.254 dev rb"
        }
        if sometimes(0.05), family == .ip { return "route add \(prefix()) dev ra tos 0x10 table \(table)" }
        let number = one([1, 2, 3])
        let router = family == .ip ? "10.0.\(number).254" : "2001:db8:0:\(number)::fe"
        let gateway = sometimes(0.7) ? " via \(router)" : ""
        let source =
            sometimes(0.15) ? family == .ip ? " src 10.0.1.1" : " src 2001:db8:0:1::1" : ""
        return "route add \(prefix())\(gateway) dev \(Self.links[number - 1]) table \(table)\(metric)\(source)"
    }

    private mutating func rule() -> String {
        var words = ["rule add"]
        if sometimes(0.15) { words.append("not") }
        if sometimes(0.5) { words.append("from \(one([address(), prefix()]).replacing("default", with: "all"))") }
        if sometimes(0.4) { words.append("to \(prefix().replacing("default", with: "all"))") }
        if sometimes(0.4) { words.append("fwmark \(one(["0x1", "0x2/0x2", "0x3/0xf"]))") }
        if sometimes(0.3) { words.append("iif \(one(Self.links + ["lo"]))") }
        if sometimes(0.08) { words.append("oif \(one(Self.links))") }
        if sometimes(0.03) {
            words.append(one(["ipproto udp", "ipproto tcp", "uidrange 0-0", "dport 53", "tos 0x10"]))
        }
        words.append("priority \(one([10, 20, 30, 40, 32766, 40000]))")
        let action = one([
            "lookup 100", "lookup 101", "lookup 100", "lookup main", "goto 32766", "blackhole", "prohibit",
            "unreachable",
            "lookup main suppress_prefixlength 0", "lookup 100 suppress_prefixlength 16",
        ])
        return (words + [action]).joined(separator: " ")
    }

    /// A question; the interface is named.
    struct Question: Sendable {
        let to: String
        let from: String?
        let mark: UInt32
        let by: String?
    }

    /// Draws a question.
    mutating func question() -> Question {
        let isOwn = sometimes(0.5)
        let from =
            isOwn && sometimes(0.6)
            ? nil : sometimes(0.9) || family == .ip6 ? address() : one(["127.0.0.1", "0.0.0.0", "192.0.2.7"])
        let to =
            sometimes(0.8) ? address() : family == .ip ? one(["192.0.2.9", "127.0.0.5", "10.0.1.255"]) : "2001:db9::9"
        return Question(to: to, from: from, mark: one([0, 0, 1, 2, 3]), by: isOwn ? nil : one(Self.links))
    }
}
