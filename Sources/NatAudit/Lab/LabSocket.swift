public import NetlinkBridge

/// A UDP socket on a host of the laboratory, which several threads may hold.
public final class LabSocket: Sendable {
    private let socket: UDPSocket

    /// The local address and port.
    public var local: Endpoint { socket.local }

    private init(boundTo local: Endpoint) throws { socket = try UDPSocket(boundTo: local) }

    /// Opens a socket in a namespace and binds it.
    ///
    /// Port 0 asks the kernel for an ephemeral port.
    public static func open(boundTo local: Endpoint, in namespace: NetworkNamespace) throws -> LabSocket {
        try namespace.perform { try LabSocket(boundTo: local) }
    }

    /// Sends one datagram.
    public func send(_ bytes: [UInt8], to remote: Endpoint) throws { try socket.send(bytes, to: remote) }

    /// Receives one datagram with its source; nil where none comes within `duration`.
    public func receive(within duration: Duration) throws -> (bytes: [UInt8], source: Endpoint)? {
        let deadline = ContinuousClock.now + duration
        repeat {
            if let datagram = try socket.receive() { return datagram }
            _ = try waitUntilReadable([socket.number], for: deadline - .now)
        } while ContinuousClock.now < deadline
        return try socket.receive()
    }
}
