import NetlinkBridge

/// What RFC 4787 asks of a NAT's mappings, as far as packets have shown them.
///
/// An internal endpoint has one external port for all destinations (REQ-1), its own where that was free when it first sent
/// (section 4.2.1), and no two endpoints have the same one at a time. Mappings do not end here: their lifetime is longer than
/// a test.
struct MappingModel {
    /// What is known of a port of the host itself.
    enum HostUse {
        /// The host has sent from it, and was seen.
        case sent
        /// The host only listens: whether a client may have the port is not said.
        case listens
    }

    /// The external port of each internal endpoint that has sent.
    private(set) var mappings: [Endpoint: UInt16] = [:]
    /// The endpoint that has an external port.
    private(set) var owners: [UInt16: Endpoint] = [:]
    /// The ports of the host's own sockets, also of those that are closed.
    private(set) var hostPorts: [UInt16: HostUse] = [:]
    /// How many endpoints could not have their own port.
    var drawn: Int { mappings.count { $0.key.port != $0.value } }

    /// Notes that the host has a socket.
    mutating func hostOpens(_ port: UInt16) { hostPorts[port] = hostPorts[port] ?? .listens }

    /// Notes that the host has sent from a port.
    mutating func hostSends(_ port: UInt16) { hostPorts[port] = .sent }

    /// The port that an endpoint's packet has to have; nil where it may be any that is free.
    func expected(_ endpoint: Endpoint) -> UInt16? {
        if let mapping = mappings[endpoint] { return mapping }
        return owners[endpoint.port] == nil && hostPorts[endpoint.port] == nil ? endpoint.port : nil
    }

    /// Takes note of the port that a peer saw, and says what is wrong with it; nil where nothing is.
    ///
    /// Where the host itself holds the port towards that peer, `isExcused`, another one towards that peer alone is no fault.
    mutating func see(_ endpoint: Endpoint, from port: UInt16, isExcused: Bool) -> String? {
        if let mapping = mappings[endpoint] {
            return port == mapping || isExcused ? nil : "has \(mapping), and is seen from \(port) (REQ-1)"
        }
        if isExcused { return nil }
        if let owner = owners[port] { return "is new, and is seen from \(port), which \(owner) has" }
        if let wanted = expected(endpoint), wanted != port {
            return "is new and its own port is free, but it is seen from \(port)"
        }
        if hostPorts[endpoint.port] == .sent, port == endpoint.port { return "has a port that the host sends from" }
        mappings[endpoint] = port
        owners[port] = endpoint
        return nil
    }
}
