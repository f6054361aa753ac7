internal import NetlinkBridge

/// Rules that take packets out of connection tracking, before any nat chain: what is not tracked is not translated.
struct UntrackingRules {
    private let ruleset: Ruleset
    private let localAddresses: Set<IPAddress>

    /// Connection tracking's own priority (NF_IP_PRI_CONNTRACK); what comes later finds the packet tracked.
    private static let tracking: Int32 = -200

    init(_ ruleset: Ruleset, localAddresses: Set<IPAddress>) {
        self.ruleset = ruleset
        self.localAddresses = localAddresses
    }

    /// The verdict of a path whose packet meets such a rule; nil where none of which that is certain.
    ///
    /// `unknown`, for what stands before the rule in its chain is not followed here.
    func verdict(of packet: Packet) -> (Verdict, reason: String)? {
        let hook: NetfilterHook = packet.inInterface == .none ? .output : .prerouting
        var early = packet
        early.outInterface = hook == .prerouting ? .none : packet.outInterface
        let view = PacketView(packet: early, localAddresses: localAddresses)
        for chain in ruleset.baseChains(at: hook, family: packet.family, nat: false).flatMap({ $0 }) {
            guard let priority = chain.hook?.priority, priority < Self.tracking else { continue }
            let test = ConditionTest(view: view) { [ruleset] name in ruleset.set(name, from: chain.place) }
            for rule in chain.rules where rule.statements.contains(where: \.isUntracking) {
                let isMet = rule.statements.allSatisfy { statement in
                    if case .match(let condition) = statement { test.holds(condition) == .yes } else { true }
                }
                let reference = RuleReference(place: chain.place, position: rule.position)
                if isMet {
                    return (.unknown, "\(reference.words) may take it out of connection tracking (notrack)")
                }
            }
        }
        return nil
    }
}

extension Statement {
    /// Tells whether the statement ends the tracking of the packet: nft's `notrack`, or the xtables targets `NOTRACK` and `CT --notrack`.
    fileprivate var isUntracking: Bool {
        guard case .change(let words) = self else { return false }
        return ["notrack", "-j NOTRACK"].contains(words)
            || words.hasPrefix("-j CT ") && words.contains(" --notrack")
    }
}
