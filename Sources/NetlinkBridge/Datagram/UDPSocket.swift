internal import CShims
internal import Glibc

/// A non-blocking UDP socket of one address family, bound to a local address and port.
///
/// It stays in the network namespace in which it was opened. ICMP errors for what it sent are kept for `nextError()`,
/// but for a server's.
public struct UDPSocket: ~Copyable, Sendable {
    private let descriptor: Descriptor

    /// The local address and port; the address is unspecified where the socket is bound to all.
    public let local: Endpoint

    /// What a socket is for.
    public enum Role: Hashable, Sendable {
        /// It asks, and wants to know what the network says of its datagrams.
        case client
        /// It answers: what became of its answers is nothing to it, and many requests may wait.
        case server
    }

    /// Opens a socket and binds it.
    ///
    /// Port 0 asks the kernel for an ephemeral port.
    public init(boundTo wanted: Endpoint, as role: Role = .client) throws(SystemError) {
        let family = wanted.address.family == .ip ? AF_INET : AF_INET6
        let number = try checked(na_udp_open(family, role == .client ? 1 : 0), "open a UDP socket")
        let descriptor = Descriptor(owning: number)
        if role == .server { na_udp_receive_buffer(number, Self.serverBuffer) }
        var raw = na_endpoint(wanted)
        // Sound: the pointers are to locals that outlive the calls.
        try checked(unsafe na_udp_bind(descriptor.number, &raw), "bind a UDP socket to \(wanted)")
        try checked(unsafe na_udp_local(descriptor.number, &raw), "ask for a UDP socket's address")
        self.descriptor = descriptor
        local = Endpoint(raw)
    }

    /// The bytes that a server's socket may hold unread: some thousand small requests, as the kernel counts them.
    private static let serverBuffer: Int32 = 4 << 20

    /// The descriptor's number, for `waitUntilReadable(_:for:)`; valid as long as the socket lives.
    public var number: Int32 { descriptor.number }

    /// The address that the routing table gives to packets from this namespace towards `remote`.
    public static func sourceAddress(towards remote: Endpoint) throws(SystemError) -> IPAddress {
        var raw = na_endpoint(remote)
        var local = na_endpoint()
        try checked(unsafe na_udp_source_for(&raw, &local), "find a route to \(remote.address)")
        return Endpoint(local).address
    }

    /// Sends one datagram.
    public func send(_ bytes: [UInt8], to remote: Endpoint) throws(SystemError) {
        var raw = na_endpoint(remote)
        let sent = unsafe bytes.withUnsafeBytes { buffer in
            // Sound: the kernel reads `count` bytes of a buffer that outlives the call.
            unsafe na_udp_send(descriptor.number, &raw, buffer.baseAddress, buffer.count)
        }
        try checked(sent, "send a datagram to \(remote)")
    }

    /// Receives one datagram of at most `capacity` bytes with its source; nil when none waits.
    ///
    /// A longer datagram is dropped with EMSGSIZE. An ICMP error that the kernel reports here instead is returned
    /// by `nextError()` with its details, so it is not thrown.
    public func receive(capacity: Int = 2048) throws(SystemError) -> (bytes: [UInt8], source: Endpoint)? {
        var raw = na_endpoint()
        var bytes = [UInt8](repeating: 0, count: capacity)
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            // Sound: the kernel writes at most `count` bytes into a buffer that outlives the call.
            unsafe na_udp_receive(descriptor.number, &raw, buffer.baseAddress, buffer.count)
        }
        if count < 0 {
            let code = Int32(-count)
            let pending = [
                EAGAIN, EINTR, ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EACCES, EPROTO, ENOPROTOOPT, EOPNOTSUPP,
                EHOSTDOWN, ENONET,
            ]
            if pending.contains(code) { return nil }
            throw SystemError("receive a datagram on \(local)", code: code)
        }
        bytes.removeSubrange(count...)
        return (bytes, Endpoint(raw))
    }

    /// Takes the oldest error that the network reported for a datagram of this socket; nil when there is none.
    public func nextError() -> NetworkReport? {
        var raw = na_endpoint()
        var offender = na_endpoint()
        var code: UInt32 = 0
        var type: UInt8 = 0
        var subcode: UInt8 = 0
        guard unsafe na_udp_error(descriptor.number, &raw, &offender, &code, &type, &subcode) == 0 else { return nil }
        return NetworkReport(
            remote: Endpoint(raw),
            code: Int32(truncatingIfNeeded: code),
            icmpType: type,
            icmpCode: subcode,
            offender: offender.family == 0 ? nil : Endpoint(offender).address
        )
    }

    /// What the network said of a datagram that was sent.
    public struct NetworkReport: Hashable, Sendable {
        /// Where the datagram was sent to.
        public let remote: Endpoint
        /// The errno that the kernel made of it.
        public let code: Int32
        /// The ICMP or ICMPv6 type; 0 where the error is local.
        public let icmpType: UInt8
        /// The ICMP or ICMPv6 code.
        public let icmpCode: UInt8
        /// Who sent the ICMP error; nil where the error is local, or the kernel does not say.
        public let offender: IPAddress?

        /// Makes a report.
        public init(
            remote: Endpoint,
            code: Int32,
            icmpType: UInt8,
            icmpCode: UInt8,
            offender: IPAddress? = nil
        ) {
            self.offender = offender
            self.remote = remote
            self.code = code
            self.icmpType = icmpType
            self.icmpCode = icmpCode
        }
    }
}

/// Waits until one of the descriptors is readable (or has an error to report), at most for `duration`.
///
/// Returns the indices of those that are; empty when the time passed or a signal came. At most 64 descriptors.
public func waitUntilReadable(
    _ descriptors: [Int32],
    for duration: Duration
) throws(SystemError) -> [Int] {
    var ready = [UInt8](repeating: 0, count: descriptors.count)
    let (seconds, attoseconds) = duration.components
    // Rounded up: a wait that ends early would spin.
    let milliseconds = max(0, seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    let result = unsafe descriptors.withUnsafeBufferPointer { numbers in
        unsafe ready.withUnsafeMutableBufferPointer { flags in
            // Sound: both buffers have `count` elements and outlive the call.
            unsafe na_poll_readable(
                numbers.baseAddress,
                numbers.count,
                Int32(clamping: milliseconds),
                flags.baseAddress
            )
        }
    }
    if result == -EINTR { return [] }
    try checked(result, "wait for datagrams")
    return ready.indices.filter { ready[$0] != 0 }
}
