public import NetlinkBridge

/// Says, before anything is sent, to whom and how much.
public struct ProbeAnnouncement: Hashable, Sendable, CustomStringConvertible {
    /// The socket's own address and port.
    public let local: Endpoint
    /// The servers that will be asked.
    public let servers: [Endpoint]
    /// How many datagrams are sent at most in all, those to second addresses that servers name among them.
    public let datagrams: Int
    /// Tells whether minutes will pass.
    public let isLong: Bool

    /// One line.
    public var description: String {
        "asking \(servers.map(\.description).joined(separator: ", "))"
            + " (and second addresses that they name) from \(local): at most \(datagrams) datagrams of 20 to 40 bytes"
            + (isLong ? ", for minutes" : "")
    }
}
