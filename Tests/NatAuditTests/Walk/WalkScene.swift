@testable import NetlinkBridge

@testable import NatAudit

/// Rules that stand in a test, and the packets that are walked through them.
struct WalkScene {
    private var chains: [Chain] = []
    private var sets: [NftSet] = []
    var localAddresses: Set<IPAddress> = [.v4(0xCB00_7101)]

    /// 10.0.1.2:42000 to 203.0.113.10:3478, in by lan0 and out by wan.
    static let forwarded = Packet(
        from: .v4(0x0A00_0102),
        to: .v4(0xCB00_710A),
        sourcePort: 42000,
        destinationPort: 3478,
        inInterface: .link(index: 2, name: "lan0"),
        outInterface: .link(index: 3, name: "wan")
    )
    /// The host's own packet to the same server.
    static let own = Packet(
        from: .v4(0xCB00_7101),
        to: .v4(0xCB00_710A),
        sourcePort: 42000,
        destinationPort: 3478,
        outInterface: .link(index: 3, name: "wan")
    )

    /// Adds a base chain at postrouting, of type nat where nothing else is said.
    mutating func base(
        _ name: KernelName,
        priority: Int32 = 100,
        _ rules: [Rule],
        drops: Bool = false,
        isNAT: Bool = true,
        hook: NetfilterHook = .postrouting,
        family: NftFamily = .ip,
        isDormant: Bool = false,
        isLegacy: Bool = false
    ) {
        let hook = Chain.Hook(hook: hook, priority: priority, isNAT: isNAT, dropsByPolicy: drops)
        add(name, hook, rules, family, isDormant, isLegacy)
    }

    /// Adds a chain that is only called.
    mutating func chain(_ name: KernelName, _ rules: [Rule], family: NftFamily = .ip, isLegacy: Bool = false) {
        add(name, nil, rules, family, false, isLegacy)
    }

    private mutating func add(
        _ name: KernelName,
        _ hook: Chain.Hook?,
        _ rules: [Rule],
        _ family: NftFamily,
        _ isDormant: Bool,
        _ isLegacy: Bool
    ) {
        let place = ChainPlace(isLegacy: isLegacy, family: family, table: "t", chain: name)
        let placed = rules.enumerated().map { index, rule in
            Rule(
                backend: rule.backend,
                handle: nil,
                position: index + 1,
                statements: rule.statements,
                comment: nil,
                text: rule.text
            )
        }
        chains.append(Chain(place: place, hook: hook, isDormant: isDormant, rules: placed))
    }

    mutating func set(_ set: NftSet) { sets.append(set) }

    /// The ends of a walk, in short, and their conditions.
    func outcomes(
        for packet: Packet = forwarded,
        at hook: NetfilterHook = .postrouting,
        nat: Bool = true
    ) -> [WalkOutcome] {
        walk.outcomes(for: packet, at: hook, nat: nat)
    }

    var walk: PacketWalk {
        PacketWalk(ruleset: Ruleset(chains: chains, sets: sets), localAddresses: localAddresses)
    }

    /// The one certain end; nil where there are several or it depends.
    func end(for packet: Packet = forwarded, at hook: NetfilterHook = .postrouting, nat: Bool = true)
        -> String?
    {
        let outcomes = outcomes(for: packet, at: hook, nat: nat)
        return outcomes.count == 1 && outcomes[0].isCertain ? outcomes[0].short : nil
    }

    /// The ends of all outcomes.
    func ends(for packet: Packet = forwarded, nat: Bool = true) -> [String] {
        outcomes(for: packet, nat: nat).map(\.short)
    }
}

extension WalkOutcome {
    /// `CHAIN/POSITION`, with `drop` before it for drops, or `passed` or `unknown`.
    var short: String {
        switch end {
        case .translated(let rule, _): "\(rule.place.chain)/\(rule.position)"
        case .dropped(let rule): "drop \(rule.place.chain)/\(rule.position)"
        case .passed: "passed"
        case .delivered: "delivered"
        case .unroutable: "unroutable"
        case .unknown: "unknown"
        }
    }
}

extension Rule {
    /// A rule of these steps.
    static func of(_ statements: Statement...) -> Rule {
        Rule(
            backend: .nftables,
            handle: nil,
            position: 0,
            statements: statements,
            comment: nil,
            text: NftText(family: .ip, sets: { _ in nil }).text(of: statements)
        )
    }

    static let masquerade = Rule.of(.translateSource(SourceTranslation(kind: .masquerade)))
    static let random = Rule.of(.translateSource(SourceTranslation(kind: .masquerade, flags: .fullyRandom)))
    static let accept = Rule.of(.verdict(.accept))
    static let drop = Rule.of(.verdict(.drop))
    static let `return` = Rule.of(.verdict(.return))

    static func jump(_ chain: KernelName) -> Rule { .of(.verdict(.jump(chain))) }
    static func goto(_ chain: KernelName) -> Rule { .of(.verdict(.goto(chain))) }

    /// The same rule behind one more condition.
    func when(_ condition: Condition) -> Rule {
        let statements = [.match(condition)] + statements
        return Rule(
            backend: backend,
            handle: nil,
            position: 0,
            statements: statements,
            comment: nil,
            text: NftText(family: .ip, sets: { _ in nil }).text(of: statements)
        )
    }
}

extension Condition {
    /// Nobody can tell which mark a packet has.
    static let marked = Condition.compare(
        .masked(.meta(.mark), mask: [0, 0x40, 0, 0], xor: [0, 0, 0, 0]),
        .equal,
        [0, 0x40, 0, 0]
    )

    static func out(_ name: String, _ comparison: NftComparison = .equal) -> Condition {
        .compare(
            .meta(.outInterfaceName),
            comparison,
            name.hasSuffix("*") ? Array(name.utf8.dropLast()) : padded(name)
        )
    }

    static func `in`(_ name: String, _ comparison: NftComparison = .equal) -> Condition {
        .compare(.meta(.inInterfaceName), comparison, padded(name))
    }

    static func source(_ bytes: UInt8..., comparison: NftComparison = .equal) -> Condition {
        .compare(.packet(base: 1, offset: 12, length: UInt32(bytes.count)), comparison, bytes)
    }

    static func destination(_ bytes: UInt8..., comparison: NftComparison = .equal) -> Condition {
        .compare(.packet(base: 1, offset: 16, length: UInt32(bytes.count)), comparison, bytes)
    }

    private static func padded(_ name: String) -> [UInt8] {
        Array((Array(name.utf8) + [UInt8](repeating: 0, count: 16)).prefix(16))
    }
}
