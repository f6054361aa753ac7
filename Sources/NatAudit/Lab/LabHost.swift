public import NetlinkBridge

/// One machine of the laboratory: a network namespace that vanishes with the last reference to it.
public struct LabHost: Sendable {
    /// The namespace; nothing but this process refers to it.
    public let namespace: NetworkNamespace

    /// Whether a host passes on packets that are not for itself (net.ipv4.ip_forward).
    public enum Forwarding: Hashable, Sendable {
        case on
        case off
    }

    /// Makes a host with nothing but its loopback, which is up.
    ///
    /// Its reverse path filter is off, and IPv6 keeps silent while links come up: no duplicate address
    /// detection, no router solicitation.
    public init(forwarding: Forwarding = .off) throws {
        namespace = try NetworkNamespace.make()
        try set([
            "net/ipv4/conf/all/rp_filter": "0",
            "net/ipv4/conf/default/rp_filter": "0",
            "net/ipv6/conf/default/accept_dad": "0",
            "net/ipv6/conf/default/router_solicitations": "0",
            "net/ipv4/ip_forward": forwarding == .on ? "1" : "0",
        ])
        try ip(["link set lo up"])
    }

    /// Sets kernel parameters of this host, named by their paths below /proc/sys.
    ///
    /// An absent one (a kernel without IPv6) is left alone.
    public func set(_ parameters: KeyValuePairs<String, String>) throws {
        let script = #"while [ $# -gt 0 ]; do [ ! -e "$1" ] || echo "$2" > "$1" || exit 1; shift 2; done"#
        let pairs = parameters.flatMap { ["/proc/sys/\($0.key)", $0.value] }
        try LabTool.require(["sh", "-c", script, "sh"] + pairs, in: namespace)
    }

    /// Runs one line of `ip` after the other on this host.
    public func ip(_ lines: [String]) throws {
        try LabTool.require(["ip", "-batch", "-"], in: namespace, input: lines.joined(separator: "\n"))
    }

    /// Runs a program on this host that has to succeed, and returns what it wrote.
    @discardableResult
    public func require(_ arguments: String..., input: String = "") throws -> String {
        try LabTool.require(arguments, in: namespace, input: input)
    }

    /// Opens a UDP socket on this host.
    public func socket(_ address: IPAddress, port: UInt16) throws -> LabSocket {
        try LabSocket.open(boundTo: Endpoint(address: address, port: port), in: namespace)
    }

    /// Joins two hosts with a cable: a pair of virtual links that are up.
    static func join(_ left: LabHost, _ leftLink: String, _ right: LabHost, _ rightLink: String) throws {
        try left.ip([
            "link add \(leftLink) type veth peer name \(rightLink) netns \(right.namespace.path)",
            "link set \(leftLink) up",
        ])
        try right.ip(["link set \(rightLink) up"])
    }
}
