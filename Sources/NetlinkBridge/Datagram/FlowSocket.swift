internal import CShims
internal import Glibc

/// A socket that sends the first packet of a flow: an empty datagram, or the beginning of a TCP handshake.
///
/// It stays in the network namespace in which it was opened. A connection that came about is reset when the socket goes.
public final class FlowSocket: Sendable {
    private let descriptor: Descriptor
    private let isTCP: Bool

    /// The local address and port; the address is unspecified where the socket is bound to all.
    public let local: Endpoint

    /// Opens a socket, marks what it sends, and binds it; port 0 asks the kernel for an ephemeral port.
    ///
    /// - Throws: `SystemError`: EADDRINUSE where the port is taken, EADDRNOTAVAIL where the address is not the host's,
    ///   EPERM where a mark wants CAP_NET_ADMIN.
    public init(isTCP: Bool, boundTo wanted: Endpoint, mark: UInt32) throws(SystemError) {
        let name = isTCP ? "TCP" : "UDP"
        let family = wanted.address.family == .ip ? AF_INET : AF_INET6
        let number = isTCP ? na_tcp_open(family) : na_udp_open(family, 1)
        let descriptor = Descriptor(owning: try checked(number, "open a \(name) socket"))
        if mark != 0 { try checked(na_socket_mark(descriptor.number, mark), "mark the packets of a \(name) socket") }
        var raw = na_endpoint(wanted)
        // Sound: the pointers are to locals that outlive the calls.
        try checked(unsafe na_udp_bind(descriptor.number, &raw), "bind a \(name) socket to \(wanted)")
        try checked(unsafe na_udp_local(descriptor.number, &raw), "ask for a \(name) socket's address")
        self.descriptor = descriptor
        self.isTCP = isTCP
        local = Endpoint(raw)
    }

    /// Sends the packet.
    ///
    /// - Throws: `SystemError`: EPERM where a rule of the host's own dropped it.
    public func send(to remote: Endpoint) throws(SystemError) {
        var raw = na_endpoint(remote)
        // Sound: the pointer is to a local that outlives the calls; of no bytes none are read.
        let result =
            isTCP
            ? Int(unsafe na_tcp_connect(descriptor.number, &raw))
            : unsafe na_udp_send(descriptor.number, &raw, nil, 0)
        try checked(result, "send a packet to \(remote)")
    }
}
