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
    /// What the destination stands for: `elsewhere`, or a prefix.
    public let destinationWords: String

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

    /// The question which way its packets take at first.
    var query: RouteQuery { RouteQuery(to: destination, from: source, inInterface: inInterface) }

    /// The family of the path's addresses.
    public var family: AddressFamily { destination.family }
}
