internal import CShims
internal import Glibc

/// Reads the sockets of this host, in the network namespace of the calling thread (NETLINK_SOCK_DIAG).
public enum SocketTable {
    /// The UDP sockets of both families, in the kernel's order.
    ///
    /// No privilege is needed.
    ///
    /// Throws a `SystemError` where no socket can be opened, and a `NetlinkError` where the kernel refuses
    /// (ENOENT: it has no udp_diag), does not answer, or the table changed meanwhile (`isInterruption`).
    public static func udpListeners() throws -> [UDPListener] {
        var listeners: [UDPListener] = []
        for family in AddressFamily.allCases {
            // `struct inet_diag_req_v2`: family, protocol, extensions, padding, the states wanted, no socket
            // in particular.
            let wanted = [family.kernelValue, UInt8(IPPROTO_UDP), 0, 0] + hostBytes(UInt32.max)
            let rest = MemoryLayout<inet_diag_req_v2>.size - wanted.count
            let request = NetlinkRequest(
                type: UInt16(SOCK_DIAG_BY_FAMILY),
                flags: NLM_F_DUMP,
                header: wanted + [UInt8](repeating: 0, count: rest)
            )
            var socket = try NetlinkSocket(.socketDiagnosis)
            try socket.exchange(request, operation: "list the \(family) UDP sockets") {
                (type, payload) throws(DecodingError) in
                if Int32(type) == SOCK_DIAG_BY_FAMILY { listeners.append(try UDPListener(decoding: payload)) }
            }
        }
        return listeners
    }
}
