import Glibc
import NetlinkBridge

/// What the flows of the lab are made of.
enum FlowKind: CaseIterable {
    case udp
    case tcp
    case echo

    /// The number of the protocol.
    func transport(_ family: AddressFamily) -> UInt8 {
        switch self {
        case .udp: 17
        case .tcp: 6
        case .echo: family == .ip ? 1 : 58
        }
    }

    /// The type of an echo request (RFC 792, RFC 4443 section 4.1).
    static func echoRequest(_ family: AddressFamily) -> UInt8 { family == .ip ? 8 : 128 }
}

/// Sends the first packet of a flow as an application does, with a number in it by which it is known again.
///
/// The number of a TCP connection travels in its SYN (RFC 7413), for which the host has to do without a cookie
/// (bit 2 of net.ipv4.tcp_fastopen); that of an echo request behind its header.
enum FlowOpener {
    /// Sends from the namespace of the calling thread; that a rule dropped the packet is told to no one.
    static func send(_ packet: RandomPacket, number: UInt32) throws {
        let family = packet.destination.family
        let domain = family == .ip ? AF_INET : AF_INET6
        let stream = packet.kind == .tcp
        let type = Int32((stream ? SOCK_STREAM : SOCK_DGRAM).rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let transport = Int32(packet.kind.transport(family))
        let descriptor = socket(domain, type, transport)
        guard descriptor >= 0 else { throw SystemError("open a socket for \(packet)", code: errno) }
        // A connection that has had no answer goes without a packet, and is not asked for again.
        defer { close(descriptor) }
        let source = Endpoint(address: packet.source ?? TwinAddress.any(family), port: packet.sourcePort)
        var local = socketAddress(source)
        // Sound: the kernel reads `count` bytes of an array that outlives the call.
        let bound = unsafe local.withUnsafeMutableBytes { buffer in
            unsafe bind(descriptor, buffer.assumingMemoryBound(to: sockaddr.self).baseAddress, UInt32(buffer.count))
        }
        guard bound == 0 else { throw SystemError("bind a socket to \(source)", code: errno) }
        var payload = networkBytes(number)
        if packet.kind == .echo { payload = [FlowKind.echoRequest(family), 0, 0, 0, 0, 0, 0, 1] + payload }
        let isOfPorts = packet.kind != .echo
        let destination = Endpoint(address: packet.destination, port: isOfPorts ? packet.destinationPort : 0)
        var remote = socketAddress(destination)
        // Sound: as above, of two arrays.
        _ = unsafe remote.withUnsafeMutableBytes { buffer in
            unsafe payload.withUnsafeBytes { bytes in
                unsafe sendto(
                    descriptor,
                    bytes.baseAddress,
                    bytes.count,
                    stream ? Int32(MSG_FASTOPEN) : 0,
                    buffer.assumingMemoryBound(to: sockaddr.self).baseAddress,
                    UInt32(buffer.count)
                )
            }
        }
    }

    /// struct sockaddr_in (netinet/in.h) or struct sockaddr_in6, as bytes.
    private static func socketAddress(_ endpoint: Endpoint) -> [UInt8] {
        let port = networkBytes(endpoint.port)
        switch endpoint.address.family {
        case .ip:
            return hostBytes(UInt16(AF_INET)) + port + endpoint.address.networkBytes + [UInt8](repeating: 0, count: 8)
        case .ip6:
            let zeros: [UInt8] = [0, 0, 0, 0]
            return hostBytes(UInt16(AF_INET6)) + port + zeros + endpoint.address.networkBytes + zeros
        }
    }
}
