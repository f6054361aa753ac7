public import NetlinkBridge

/// The state of one network namespace at one moment, as far as it could be read.
public struct HostSnapshot: Sendable {
    /// Which host and namespace it is.
    public let host: HostIdentity
    private var filters: FilterRules
    /// The network interfaces.
    public let links: [Link]
    /// The addresses of the interfaces.
    public let addresses: [InterfaceAddress]
    /// The routes of all tables.
    public let routes: [Route]
    /// The rules by which the routing table is chosen.
    public let routingRules: [RoutingRule]
    /// Whether packets are forwarded, by family; nil where it could not be read.
    public let forwarding: [AddressFamily: Bool]
    /// The switches of routing that hold for all interfaces.
    public let switches: RoutingSwitches
    /// How many lines IPVS has for services and servers; its hooks are not chains.
    public let virtualServices: Int
    /// Whether the module br_netfilter is there, by which bridged packets may meet the chains of IP.
    public let filtersBridges: Bool
    /// The paths whose ways the kernel was asked for, in the order of a report.
    public internal(set) var candidates: [PathCandidate] = []
    /// What becomes of the packets of paths, as far as they were followed already.
    var outcomes: [PathCandidate: [WalkOutcome]] = [:]
    /// How many destinations that rules tell apart are not among the paths because there are too many.
    public internal(set) var unfollowedDestinations = 0
    /// How many subnets behind the host are not among the paths because there are too many.
    public internal(set) var unfollowedPaths = 0
    /// What the kernel answered when it was asked for the ways of packets.
    public internal(set) var answers: [RouteQuery: RouteAnswer] = [:]
    /// The ways that the kernel would not tell, and why, a sentence each.
    public internal(set) var unanswered: [String] = []
    /// What handles packets outside netfilter.
    public internal(set) var datapaths = Datapaths()
    /// The chains of all backends in one form: made once, for that is most of the work of a scan.
    public private(set) var ruleset: Ruleset
    /// Walks through those chains on this host.
    private(set) var walk: PacketWalk
    /// What decides ways beside addresses and marks.
    private let choices: WayChoices

    /// What nf_tables holds; nil where it could not be read.
    public var nftables: NftRuleset? { filters.nftables }
    /// The tables of legacy iptables and ip6tables that exist.
    public var legacy: [LegacyTable] { filters.legacy }
    /// The rules that could not be read, and why.
    public var gaps: [Gap] { filters.gaps }

    /// Makes a snapshot of its parts; the ways are asked for afterwards.
    init(
        host: HostIdentity,
        filters: FilterRules,
        links: [Link],
        addresses: [InterfaceAddress],
        routes: [Route],
        routingRules: [RoutingRule],
        forwarding: [AddressFamily: Bool],
        switches: RoutingSwitches = RoutingSwitches(),
        virtualServices: Int,
        filtersBridges: Bool
    ) {
        self.host = host
        self.filters = filters
        self.links = links
        self.addresses = addresses
        self.routes = routes
        self.routingRules = routingRules
        self.forwarding = forwarding
        self.switches = switches
        self.virtualServices = virtualServices
        self.filtersBridges = filtersBridges
        choices = WayChoices(rules: routingRules, routes: routes)
        ruleset = filters.ruleset
        walk = PacketWalk(
            ruleset: ruleset,
            links: links,
            addresses: addresses,
            routes: routes,
            filtersBridges: filtersBridges
        )
    }

    /// The same host with other rules; the paths have to be followed anew, the kernel's answers stay.
    func holding(_ filters: FilterRules) -> HostSnapshot {
        var other = self
        other.filters = filters
        other.ruleset = filters.ruleset
        other.walk = walk(through: other.ruleset)
        other.outcomes = [:]
        // What the kernel did not tell is asked again.
        other.unanswered = []
        return other
    }

    /// Rules that could not be read.
    public struct Gap: Hashable, Sendable {
        /// One sentence.
        public let sentence: String
        /// Tells whether a privilege was missing.
        public let isPermission: Bool
    }

    /// Why the rules are not all known, in one clause; nil where they are.
    ///
    /// What was not read may come before what was: then nothing is certain that follows from rules.
    public var unknownRules: String? {
        if gaps.isEmpty { return nil }
        return gaps.contains(where: \.isPermission)
            ? "the rules of this host could not be read: CAP_NET_ADMIN is missing"
            : "not all rules of this host could be read"
    }

    /// What was foretold of a packet, under the condition that rules which could not be read do not make it wrong.
    func qualified(_ outcomes: [WalkOutcome]) -> [WalkOutcome] {
        if unknownRules == nil { return outcomes }
        return outcomes.map { $0.adding(["no rule that could not be read decides before it"]) }
    }

    /// The ways that are known; `otherwise` is taken for those that the kernel was not asked for.
    func ways(otherwise: RouteAnswer? = nil) -> WayTable {
        WayTable(
            answers,
            otherwise: otherwise,
            dependsOnMarks: routingRules.contains { $0.mark != nil },
            choices: choices,
            names: Dictionary(links.map { ($0.index, $0.name) }, uniquingKeysWith: { first, _ in first })
        )
    }

    /// The ways of packets as they follow from the rules and routes, where the kernel cannot be asked.
    public var routing: RoutingPolicy {
        RoutingPolicy(
            rules: routingRules,
            routes: routes,
            links: links,
            addresses: addresses,
            switches: switches
        )
    }

    /// Walks through another ruleset on this host.
    func walk(through ruleset: Ruleset) -> PacketWalk {
        PacketWalk(
            ruleset: ruleset,
            links: links,
            addresses: addresses,
            routes: routes,
            filtersBridges: filtersBridges
        )
    }

    /// The addresses of the host itself.
    public var localAddresses: Set<IPAddress> { Set(addresses.map(\.address)) }

    /// The interface of an index; nil where there is none.
    public func link(_ index: InterfaceIndex?) -> Link? { links.first { $0.index == index } }

    /// An interface as a packet sees it.
    public func interface(_ index: InterfaceIndex?) -> Packet.Interface {
        guard let index, let link = link(index) else { return .unknown }
        return .link(index: index.number, name: link.name)
    }
}

/// Which host, and which of its network namespaces.
public struct HostIdentity: Hashable, Sendable {
    /// The host's name, escaped for display.
    public let name: String
    /// The kernel's release.
    public let kernel: String
    /// How the namespace was named: `host`, or what the user gave.
    public let namespace: String
    /// The cloud that the firmware names; nil where it names none.
    ///
    /// Nothing is asked over the network.
    public let cloud: Cloud?

    /// A cloud.
    public enum Cloud: String, Hashable, Sendable, CaseIterable {
        case aws
        case gcp
        case azure

        /// The cloud that the firmware's words name; nil where they name none.
        public init?(firmware: [String]) {
            let words = firmware.joined(separator: "\n").lowercased()
            // Azure's machines are told from other Hyper-V ones by this fixed asset tag.
            if words.contains("amazon") {
                self = .aws
            } else if words.contains("google") {
                self = .gcp
            } else if words.contains("7783-7084-3265-9085-8269-3286-77") {
                self = .azure
            } else {
                return nil
            }
        }
    }
}
