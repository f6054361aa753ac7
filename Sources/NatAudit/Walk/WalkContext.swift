internal import NetlinkBridge

/// What all walks through a ruleset on a host have in common.
struct WalkContext: Sendable {
    let ruleset: Ruleset
    let localAddresses: Set<IPAddress>
    /// The host's interfaces; nil where they are not known.
    let host: HostView?
    /// Tells whether rules that do nothing are told too.
    var tellsAll = false
    /// How many rules a walk looks at before it gives up: ten times as many as the largest node is known to have.
    var maximumRules = 1_000_000
    /// Tells whether the walk notes by which destinations the rules on its way tell packets apart.
    var namesDestinations = false
    /// The chains that see packets before all others, or behind them, by their priority.
    private(set) var edges: [Chain]
    /// The groups of stations of each hook and family, as `stations(at:_:)` counts them.
    private var stations: [[[Station]]]
    private let tracked: Set<AddressFamily>

    /// Something that a packet meets at a hook.
    enum Station: Sendable {
        /// A chain that is not of type nat.
        case chain(Chain)
        /// Conntrack looks at the packet.
        case conntrack
        /// All chains of type nat, which run inside one place (`nf_nat_inet_fn`), in groups of equal priority.
        case translation([[Chain]])
    }

    init(_ ruleset: Ruleset, _ localAddresses: Set<IPAddress>, _ host: HostView?) {
        self.ruleset = ruleset
        self.localAddresses = localAddresses
        self.host = host
        tracked = Set(AddressFamily.allCases.filter { ruleset.tracksFlows(of: $0) })
        let bases = ruleset.chains.filter { $0.hook != nil && !$0.isDormant }
        edges = ruleset.chains.filter { $0.edge != nil && !$0.isDormant }
            .sorted { ($0.edge?.priority ?? 0) < ($1.edge?.priority ?? 0) }
        stations = NetfilterHook.allCases.flatMap { hook in
            AddressFamily.allCases.map { family in
                let seeing = bases.filter { $0.place.family.covers(family) }
                return Self.stations(
                    of: seeing.filter { $0.hook?.hook == hook },
                    at: hook,
                    translates: seeing.contains { $0.hook?.isNAT == true }
                )
            }
        }
    }

    /// What a packet of the family meets at the hook, in groups of equal priority: which of a group comes first, nothing
    /// that can be read tells.
    func stations(at hook: NetfilterHook, _ family: AddressFamily) -> [[Station]] {
        stations[Int(hook.rawValue) * AddressFamily.allCases.count + (family == .ip ? 0 : 1)]
    }

    /// The same without the chains of type nat, or with nothing but them.
    func only(nat: Bool) -> WalkContext {
        keeping { station in
            if case .translation = station { nat } else { !nat }
        }
    }

    /// The same without what comes behind conntrack, and without conntrack.
    var beforeConntrack: WalkContext {
        keeping { station in
            if case .chain(let chain) = station { (chain.hook?.priority ?? 0) < -200 } else { false }
        }
    }

    private func keeping(_ isKept: (Station) -> Bool) -> WalkContext {
        var context = self
        context.stations = stations.map { groups in
            groups.map { $0.filter { isKept($0) } }.filter { !$0.isEmpty }
        }
        return context
    }

    /// Tells whether conntrack is on.
    func tracksFlows(of family: AddressFamily) -> Bool { tracked.contains(family) }

    /// The first chain of type nat, at whichever hook, brings translation to all of them (`nf_nat_register_fn` in
    /// net/netfilter/nf_nat_core.c): without a chain of its own a hook settles what the packet has.
    private static func stations(of chains: [Chain], at hook: NetfilterHook, translates: Bool) -> [[Station]] {
        var groups = PriorityGroups<Station>()
        for chain in chains where chain.hook?.isNAT == false { groups.add(.chain(chain), chain.hook?.priority ?? 0) }
        // NF_IP_PRI_CONNTRACK, NF_IP_PRI_NAT_DST and NF_IP_PRI_NAT_SRC (linux/netfilter_ipv4.h).
        if hook == .prerouting || hook == .output { groups.add(.conntrack, -200) }
        var nat = PriorityGroups<Chain>()
        for chain in chains where chain.hook?.isNAT == true { nat.add(chain, chain.hook?.priority ?? 0) }
        if hook != .forward, translates {
            groups.add(.translation(nat.inOrder), hook == .prerouting || hook == .output ? -100 : 100)
        }
        return groups.inOrder
    }
}

/// What stands at a hook, by priority.
///
/// A handful: no dictionary is worth its making.
private struct PriorityGroups<Member> {
    private var groups: [(priority: Int32, members: [Member])] = []

    mutating func add(_ member: Member, _ priority: Int32) {
        if let known = groups.firstIndex(where: { $0.priority == priority }) {
            groups[known].members.append(member)
        } else {
            groups.append((priority, [member]))
        }
    }

    /// The groups in the order in which they run; within a group, in that in which they were added.
    var inOrder: [[Member]] { groups.sorted { $0.priority < $1.priority }.map(\.members) }
}
