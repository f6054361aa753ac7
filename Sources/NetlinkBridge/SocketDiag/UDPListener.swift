internal import CShims

/// A UDP socket of this host, as it could receive packets (linux/inet_diag.h).
public struct UDPListener: Hashable, Sendable {
    /// The local address and port; an unspecified address stands for all of the family, and port 0 for
    /// unbound.
    public let local: Endpoint
    /// The peer of a connected socket, from which alone it receives; unspecified, port 0, where it is not
    /// connected.
    public let remote: Endpoint
    /// The interface that the socket is bound to; nil for all.
    public let interface: InterfaceIndex?
    /// The user that owns the socket.
    public let user: UInt32
    /// The socket's inode, as it appears below /proc/PID/fd; 0 where no process holds it (the kernel's own).
    public let inode: UInt32
    /// Tells whether an IPv6 socket on all addresses leaves IPv4 alone; nil where the kernel does not say, as
    /// for connected sockets.
    public let isV6Only: Bool?

    /// Makes a listener from its parts.
    public init(
        local: Endpoint,
        remote: Endpoint? = nil,
        interface: InterfaceIndex? = nil,
        user: UInt32 = 0,
        inode: UInt32 = 0,
        isV6Only: Bool? = nil
    ) {
        self.local = local
        self.remote =
            remote ?? Endpoint(address: Prefix(everyAddressOf: local.address.family).address, port: 0)
        self.interface = interface
        self.user = user
        self.inode = inode
        self.isV6Only = isV6Only
    }
}

extension UDPListener {
    /// Reads the payload of a SOCK_DIAG_BY_FAMILY answer: `struct inet_diag_msg` and INET_DIAG_* attributes.
    ///
    /// Throws where a length does not fit, or the family is neither IPv4 nor IPv6.
    public init(decoding payload: Span<UInt8>) throws(DecodingError) {
        let family = try AddressFamily(startOf: payload)
        let attributes = payload.extracting(try payload.rest(after: MemoryLayout<inet_diag_msg>.size))
        let addressSize = family.bitWidth / 8
        // `struct inet_diag_sockid` starts at byte 4: two ports, two times 16 bytes of address, the
        // interface.
        let source = try IPAddress(attribute: payload.extracting(8..<(8 + addressSize)))
        let destination = try IPAddress(attribute: payload.extracting(24..<(24 + addressSize)))
        let index: UInt32 = try payload.host(at: 40)
        var isV6Only: Bool?
        try Attributes.forEach(in: attributes) { (type, value) throws(DecodingError) in
            if Int(type) == INET_DIAG_SKV6ONLY { isV6Only = try value.host(UInt8.self) != 0 }
        }
        self.init(
            local: Endpoint(address: source, port: try payload.network(at: 4)),
            remote: Endpoint(address: destination, port: try payload.network(at: 6)),
            interface: index == 0 ? nil : InterfaceIndex(index),
            user: try payload.host(at: 64),
            inode: try payload.host(at: 68),
            isV6Only: isV6Only
        )
    }
}
