public import NetlinkBridge

/// A path of forwarded traffic that a user asks for beside those that `PathFinder` works out.
public struct PathRequest: Hashable, Sendable {
    /// Where the packets come from; nil for every subnet that is known behind the interface.
    public let source: Prefix?
    /// The interface that they come in by; nil for that by which a route leads back to the source.
    public let inInterface: KernelName?

    /// Makes a request; at least one of both says something.
    public init(from source: Prefix?, inInterface: KernelName?) {
        self.source = source
        self.inInterface = inInterface
    }

    /// Each source through each interface; what is not named is left open.
    public static func all(from sources: [Prefix], inInterfaces: [KernelName]) -> [PathRequest] {
        if inInterfaces.isEmpty { return sources.map { PathRequest(from: $0, inInterface: nil) } }
        if sources.isEmpty { return inInterfaces.map { PathRequest(from: nil, inInterface: $0) } }
        return sources.flatMap { source in inInterfaces.map { PathRequest(from: source, inInterface: $0) } }
    }
}

/// Why there is no such path on this host.
public enum PathRequestError: Error, Hashable, CustomStringConvertible {
    case noInterface(KernelName, [KernelName])
    case loopback(KernelName)
    case own(IPAddress)
    case notForwarded(Prefix)
    case everywhere(Prefix)
    case noFreeAddress(Prefix)
    case noWayBack(Prefix)
    case nothingBehind(KernelName)
    case tooManyBehind(KernelName, Int)
    case noDestination(Prefix)

    /// One line: what was asked for, why it cannot be, what to do.
    public var description: String {
        switch self {
        case .noInterface(let name, let names):
            "--in-interface \(name): there is no such interface here; there are "
                + names.map { "\($0)" }.joined(separator: ", ")
        case .loopback(let name): "--in-interface \(name): nothing is forwarded from the loopback interface"
        case .own(let address):
            "--from \(address): that is this host's own address, whose path is looked at anyway (from host); name an "
                + "address or subnet behind it"
        case .notForwarded(let prefix):
            "--from \(prefix): packets from loopback, multicast, unspecified and IPv6 link-local addresses are not "
                + "forwarded; name an address or subnet behind this host"
        case .everywhere(let prefix):
            "--from \(prefix): that is every address; name a subnet behind this host"
        case .noFreeAddress(let prefix):
            "--from \(prefix): no address is left there for another host; name an address or a larger subnet"
        case .noWayBack(let prefix):
            "--from \(prefix): no route of the main table leads back there; name the interface that its packets come in "
                + "by (--in-interface NAME)"
        case .nothingBehind(let name):
            "--in-interface \(name): no subnet is known behind it; name the source of its packets (--from ADDRESS[/LEN])"
        case .tooManyBehind(let name, let count):
            "--in-interface \(name): \(count) subnets lie behind it, more than a report can tell; name those that matter "
                + "(--from ADDRESS[/LEN])"
        case .noDestination(let prefix):
            "--from \(prefix): this host has no \(prefix.address.family.words) way out to follow its "
                + "packets on"
        }
    }
}
