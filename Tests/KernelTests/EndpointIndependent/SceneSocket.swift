import Glibc
import NatAudit
import NetlinkBridge

/// A UDP socket on a host of an `EasyScene`; unlike a `LabSocket` it can be connected, take long datagrams and tell of ICMP
/// errors.
final class SceneSocket: Sendable {
    private let socket: UDPSocket

    /// The local address and port.
    var local: Endpoint { socket.local }

    private init(_ local: Endpoint, _ role: UDPSocket.Role) throws { socket = try UDPSocket(boundTo: local, as: role) }

    /// Opens a socket on a host and binds it; a server's hears of no ICMP errors.
    static func open(_ local: Endpoint, on host: LabHost, as role: UDPSocket.Role = .server) throws -> SceneSocket {
        try host.namespace.perform { try SceneSocket(local, role) }
    }

    /// Lets the socket receive from one peer only (connect(2)).
    func connect(to remote: Endpoint) throws {
        var name = sockaddr_in(remote)
        // Sound: the kernel reads the given count of bytes of a local that outlives the call.
        let result = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(socket.number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw SystemError("connect a UDP socket to \(remote)", code: errno) }
    }

    /// Joins a multicast group on the interface with an address (RFC 1112 section 7.1).
    func join(_ group: IPAddress, at address: IPAddress) throws {
        var request = ip_mreqn()
        request.imr_multiaddr = sockaddr_in(Endpoint(address: group, port: 0)).sin_addr
        request.imr_address = sockaddr_in(Endpoint(address: address, port: 0)).sin_addr
        let size = socklen_t(MemoryLayout<ip_mreqn>.size)
        // Sound: the kernel reads `size` bytes of a local that outlives the call.
        let result = unsafe setsockopt(socket.number, Int32(IPPROTO_IP), IP_ADD_MEMBERSHIP, &request, size)
        guard result == 0 else { throw SystemError("join the group \(group)", code: errno) }
    }

    /// Sends one datagram.
    func send(_ bytes: [UInt8], to remote: Endpoint) throws { try socket.send(bytes, to: remote) }

    /// Receives one datagram with its source; nil where none comes in time.
    func receive(within duration: Duration = .seconds(2)) throws -> (bytes: [UInt8], source: Endpoint)? {
        let deadline = ContinuousClock.now + duration
        repeat {
            if let datagram = try socket.receive(capacity: 1 << 16) { return datagram }
            _ = try waitUntilReadable([socket.number], for: deadline - .now)
        } while ContinuousClock.now < deadline
        return try socket.receive(capacity: 1 << 16)
    }

    /// Receives until a datagram is the wanted one, and returns its source; nil where it does not come in time.
    func source(of wanted: [UInt8], within duration: Duration = .seconds(2)) throws -> Endpoint? {
        let deadline = ContinuousClock.now + duration
        while let datagram = try receive(within: max(.zero, deadline - .now)) {
            if datagram.bytes == wanted { return datagram.source }
        }
        return nil
    }

    /// The first ICMP error for what was sent; nil where none comes in time.
    func report(within duration: Duration = .seconds(2)) throws -> UDPSocket.NetworkReport? {
        let deadline = ContinuousClock.now + duration
        repeat {
            if let report = socket.nextError() { return report }
            _ = try waitUntilReadable([socket.number], for: min(.milliseconds(50), deadline - .now))
        } while ContinuousClock.now < deadline
        return socket.nextError()
    }
}

extension sockaddr_in {
    /// The kernel's form of an IPv4 endpoint.
    init(_ endpoint: Endpoint) {
        self.init()
        sin_family = sa_family_t(AF_INET)
        sin_port = endpoint.port.bigEndian
        if case .v4(let value) = endpoint.address { sin_addr.s_addr = value.bigEndian }
    }
}
