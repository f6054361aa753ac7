import NetlinkBridge

/// A ruleset that nobody would write: chains, marks, sets and translations at random, for all three backends.
struct RandomRules: CustomStringConvertible {
    /// The family of its packets.
    let family: AddressFamily
    private(set) var nft = ""
    private(set) var iptablesNft = ""
    private(set) var iptablesLegacy = ""
    /// Whether a condition stands in it that nothing decides beforehand.
    var holdsUnknowable = false

    var description: String {
        "--- nft\n\(nft)\n--- iptables-nft\n\(iptablesNft)\n--- iptables-legacy\n\(iptablesLegacy)"
    }

    /// Sets that rules of iptables ask, of each family by its name.
    static let ipsets = AddressFamily.allCases.map { family in
        func at(_ address: String) -> String { TwinAddress.text(address, family) }
        let end = "family \(family == .ip ? "inet" : "inet6")"
        return """
            create a\(family.rawValue) hash:net \(end)
            add a\(family.rawValue) \(at("10.0.1.0/25"))
            add a\(family.rawValue) \(at("10.0.1.3")) nomatch
            add a\(family.rawValue) \(at("192.0.2.0/24"))
            create p\(family.rawValue) hash:net,port \(end)
            add p\(family.rawValue) \(at("192.0.2.64/26")),udp:53
            add p\(family.rawValue) \(at("198.18.0.0/15")),tcp:5000-5001

            """
    }.joined()

    /// What loads these legacy rules, and takes those of all other tables away.
    static func complete(_ legacy: String) -> String {
        let missing = ["raw", "mangle", "nat", "filter"].filter { !legacy.contains("*\($0)\n") }
        return legacy + missing.map { "*\($0)\nCOMMIT\n" }.joined()
    }

    private var random: SplitMix64
    /// Priorities that are taken, by hook: of two chains of one priority nobody can tell which runs first.
    var taken: [String: Set<Int>] = [:]

    /// Rules that somebody did think of.
    init(_ family: AddressFamily = .ip, nft: String, iptablesNft: String = "", iptablesLegacy: String = "") {
        random = SplitMix64(seed: 0)
        self.family = family
        self.nft = nft
        self.iptablesNft = iptablesNft
        self.iptablesLegacy = iptablesLegacy
    }

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        family = Bool.random(using: &random) ? .ip : .ip6
        let usesNft = chance(2)
        let usesLegacy = chance(3)
        if usesNft { iptablesNft = iptables() }
        if usesLegacy { iptablesLegacy = iptables(besides: iptablesNft) }
        nft = (0..<number(1...2)).map { table($0) }.joined(separator: "\n")
    }

    mutating func chance(_ n: Int) -> Bool { number(1...n) == 1 }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[number(0...(values.count - 1))] }

    func at(_ address: String) -> String { TwinAddress.text(address, family) }

    func at(_ address: String, port: String) -> String { TwinAddress.text(address, port: port, family) }
}
