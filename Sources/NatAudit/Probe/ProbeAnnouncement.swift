public import NetlinkBridge

/// Says, before anything is sent, to whom and how much.
public struct ProbeAnnouncement: Hashable, Sendable, CustomStringConvertible {
    /// The socket's own address and port.
    public let local: Endpoint
    /// The servers that will be asked.
    public let servers: [Endpoint]
    /// How many requests each of them is sent at most.
    public let requestsPerServer: Int

    /// One line.
    public var description: String {
        "asking \(servers.map(\.description).joined(separator: ", ")) from \(local): "
            + "at most \(servers.count * requestsPerServer) datagrams of 20 bytes"
    }
}
