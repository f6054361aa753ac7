public import NetlinkBridge

/// A path out of the host that is worth looking at, before it is known which way it takes.
public struct PathCandidate: Hashable, Sendable {
    /// Whose packets they are.
    public let origin: Origin
    /// A source address of the origin; nil for the host, whose address the route chooses.
    public let source: IPAddress?
    /// The interface by which they come in; nil for the host, and where it is not known.
    public let inInterface: InterfaceIndex?
    /// An address that stands for all destinations of the path.
    public let destination: IPAddress
    /// What that address stands for.
    public let goal: Goal
    /// Tells whether the user asked for the path: then it is one even where nothing gets through.
    public let isRequested: Bool

    /// Whose packets take a path.
    public enum Origin: Hashable, Sendable, CustomStringConvertible {
        /// The host's own.
        case host
        /// Those of a subnet behind the host.
        case subnet(Prefix)

        /// `host`, or the prefix.
        public var description: String {
            switch self {
            case .host: "host"
            case .subnet(let prefix): "\(prefix)"
            }
        }
    }

    /// The destinations of a path.
    public enum Goal: Hashable, Sendable, CustomStringConvertible {
        /// All that no prefix in rules, sets and routes names.
        case elsewhere
        /// A network that the host is on, for want of a default route.
        case network(Prefix)
        /// A prefix that rules or sets tell apart from other destinations.
        case named(Prefix)

        /// `elsewhere`, or the prefix.
        public var description: String {
            switch self {
            case .elsewhere: "elsewhere"
            case .network(let prefix), .named(let prefix): "\(prefix)"
            }
        }
    }

    /// What the destination stands for, in a report's words: `elsewhere`, or a prefix.
    public var destinationWords: String { "\(goal)" }

    /// The prefix that rules or sets tell apart; nil for any other destination.
    public var namedDestination: Prefix? { if case .named(let prefix) = goal { prefix } else { nil } }

    /// The same packets to another destination.
    func going(to destination: IPAddress, _ goal: Goal) -> PathCandidate {
        PathCandidate(
            origin: origin,
            source: source,
            inInterface: inInterface,
            destination: destination,
            goal: goal,
            isRequested: isRequested
        )
    }

    /// The question which way its packets take at first.
    var query: RouteQuery { RouteQuery(to: destination, from: source, inInterface: inInterface) }

    /// The family of the path's addresses.
    public var family: AddressFamily { destination.family }
}

extension HostSnapshot {
    /// The packet of a path as it arrives, or as the host's own socket sends it; nil where no route leads on, so that there
    /// is no such path.
    func packet(of candidate: PathCandidate) -> Packet? {
        var out: InterfaceIndex?
        var preferred: IPAddress?
        if case .found(let route)? = answers[candidate.query], route.kind == .unicast {
            out = route.nextHops.first?.interface
            preferred = route.preferredSource
        } else if !candidate.isRequested {
            return nil
        }
        let own = addresses.first { $0.interface == out && $0.address.family == candidate.family }?.address
        guard let source = candidate.source ?? preferred ?? own else { return nil }
        let isHost = candidate.origin == .host
        var packet = Packet(
            from: source,
            to: candidate.destination,
            inInterface: isHost ? .none : interface(candidate.inInterface),
            outInterface: isHost ? interface(out) : .none
        )
        // Packets carry no mark until a rule gives them one.
        packet.mark = 0
        return packet
    }
}
