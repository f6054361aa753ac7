internal import NetlinkBridge

/// What all walks through a ruleset on a host have in common.
struct WalkContext: Sendable {
    let ruleset: Ruleset
    let localAddresses: Set<IPAddress>
    /// The host's interfaces; nil where they are not known.
    let host: HostView?
    /// Tells whether rules that do nothing are told too.
    var tellsAll = false
    /// Tells whether the walk notes by which destinations the rules on its way tell packets apart.
    var namesDestinations = false
    private var stations: [StationKey: [[Station]]]
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

    private struct StationKey: Hashable {
        let hook: NetfilterHook
        let family: AddressFamily
    }

    init(_ ruleset: Ruleset, _ localAddresses: Set<IPAddress>, _ host: HostView?) {
        self.ruleset = ruleset
        self.localAddresses = localAddresses
        self.host = host
        tracked = Set(AddressFamily.allCases.filter { ruleset.tracksFlows(of: $0) })
        let bases = ruleset.order.compactMap { ruleset.chains[$0] }.filter { $0.hook != nil && !$0.isDormant }
        var stations: [StationKey: [[Station]]] = [:]
        for family in AddressFamily.allCases {
            for hook in NetfilterHook.allCases {
                let chains = bases.filter { $0.hook?.hook == hook && $0.place.family.covers(family) }
                stations[StationKey(hook: hook, family: family)] = Self.stations(of: chains, at: hook)
            }
        }
        self.stations = stations
    }

    /// What a packet of the family meets at the hook, in groups of equal priority: which of a group comes first, nothing
    /// that can be read tells.
    func stations(at hook: NetfilterHook, _ family: AddressFamily) -> [[Station]] {
        stations[StationKey(hook: hook, family: family)] ?? []
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
        for (key, groups) in stations {
            context.stations[key] = groups.map { $0.filter { isKept($0) } }.filter { !$0.isEmpty }
        }
        return context
    }

    /// Tells whether conntrack is on.
    func tracksFlows(of family: AddressFamily) -> Bool { tracked.contains(family) }

    private static func stations(of chains: [Chain], at hook: NetfilterHook) -> [[Station]] {
        var groups: [Int32: [Station]] = [:]
        for chain in chains where chain.hook?.isNAT == false {
            groups[chain.hook?.priority ?? 0, default: []].append(.chain(chain))
        }
        // NF_IP_PRI_CONNTRACK, NF_IP_PRI_NAT_DST and NF_IP_PRI_NAT_SRC (linux/netfilter_ipv4.h).
        if hook == .prerouting || hook == .output { groups[-200, default: []].append(.conntrack) }
        let nat = Dictionary(grouping: chains.filter { $0.hook?.isNAT == true }) { $0.hook?.priority ?? 0 }
        if hook != .forward, !nat.isEmpty {
            let priority: Int32 = hook == .prerouting || hook == .output ? -100 : 100
            groups[priority, default: []].append(.translation(nat.sorted { $0.key < $1.key }.map(\.value)))
        }
        return groups.sorted { $0.key < $1.key }.map(\.value)
    }
}
