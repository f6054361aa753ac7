import Glibc
import NetlinkBridge

/// Sees every first packet of one kind that reaches a namespace, whatever its addresses and ports.
final class RawReceiver: Sendable {
    /// A packet as it arrived.
    struct Arrival: Equatable, Sendable {
        /// The port of an echo request is its identifier.
        let source: Endpoint
        /// The port of an echo request is 0.
        let destination: Endpoint
        /// What the sender wrote into it.
        let number: UInt32
    }

    private let descriptor: Int32
    private let family: AddressFamily
    private let kind: FlowKind

    /// Opens a raw socket in a namespace, for one device or for all.
    init(_ family: AddressFamily, _ kind: FlowKind, in namespace: NetworkNamespace, device: String? = nil) throws {
        self.family = family
        self.kind = kind
        descriptor = try namespace.perform {
            let domain = family == .ip ? AF_INET : AF_INET6
            let descriptor = socket(domain, Int32(SOCK_RAW.rawValue), Int32(kind.transport(family)))
            guard descriptor >= 0 else { throw SystemError("open a raw socket", code: errno) }
            // Sound: the string outlives the call.
            if let device,
                unsafe setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, device, socklen_t(device.utf8.count)) != 0
            {
                throw SystemError("bind a raw socket to \(device)", code: errno)
            }
            // A raw socket of IPv6 is given no header: the destination comes beside the packet.
            var on: Int32 = 1
            if family == .ip6,
                // Sound: the kernel reads four bytes of a local that outlives the call.
                unsafe setsockopt(descriptor, Int32(IPPROTO_IPV6), Int32(IPV6_RECVPKTINFO), &on, 4) != 0
            {
                throw SystemError("ask a raw socket for destinations", code: errno)
            }
            return descriptor
        }
    }

    deinit { close(descriptor) }

    /// All that has arrived so far.
    func arrivals() -> [Arrival] {
        var result: [Arrival] = []
        while let message = receive() {
            let arrival = family == .ip ? version4(message.bytes) : version6(message)
            if let arrival { result.append(arrival) }
        }
        return result
    }

    private struct Message {
        /// What was received, with the header of IPv4.
        var bytes = [UInt8](repeating: 0, count: 256)
        /// The sender, as a struct sockaddr_in6.
        var name = [UInt8](repeating: 0, count: 28)
        /// What came beside it: a struct cmsghdr and a struct in6_pktinfo.
        var control = [UInt8](repeating: 0, count: 64)
    }

    /// Nil where nothing is left.
    private func receive() -> Message? {
        var message = Message()
        // Sound: the kernel writes at most the given counts into buffers that outlive the call.
        let count = unsafe message.bytes.withUnsafeMutableBytes { bytes in
            unsafe message.name.withUnsafeMutableBytes { name in
                unsafe message.control.withUnsafeMutableBytes { control in
                    var vector = unsafe iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                    return unsafe withUnsafeMutablePointer(to: &vector) { vector in
                        var header = unsafe msghdr()
                        unsafe header.msg_name = name.baseAddress
                        unsafe header.msg_namelen = socklen_t(name.count)
                        unsafe header.msg_iov = vector
                        unsafe header.msg_iovlen = 1
                        unsafe header.msg_control = control.baseAddress
                        unsafe header.msg_controllen = control.count
                        return unsafe recvmsg(descriptor, &header, Int32(MSG_DONTWAIT))
                    }
                }
            }
        }
        guard count > 0 else { return nil }
        message.bytes.removeSubrange(count...)
        return message
    }

    /// RFC 791 section 3.1.
    private func version4(_ bytes: [UInt8]) -> Arrival? {
        let header = Int(bytes[0] & 0xF) * 4
        guard bytes.count >= 20, bytes.count >= header,
            let source = IPAddress(networkBytes: bytes[12..<16]),
            let destination = IPAddress(networkBytes: bytes[16..<20])
        else { return nil }
        return arrival(Array(bytes[header...]), source, destination)
    }

    /// RFC 3542 section 6.1; a struct cmsghdr has 16 bytes, a struct sockaddr_in6 the address behind 8.
    private func version6(_ message: Message) -> Arrival? {
        guard let source = IPAddress(networkBytes: message.name[8..<24]),
            let destination = IPAddress(networkBytes: message.control[16..<32])
        else { return nil }
        return arrival(message.bytes, source, destination)
    }

    /// The packet, nil for answers and for what else hosts say (RFC 768; RFC 9293 section 3.1; RFC 792; RFC 4443).
    private func arrival(_ bytes: [UInt8], _ source: IPAddress, _ destination: IPAddress) -> Arrival? {
        func number(_ offset: Int, _ count: Int) -> UInt32 {
            bytes[offset..<offset + count].reduce(0) { $0 << 8 | UInt32($1) }
        }
        guard bytes.count >= 12 else { return nil }
        var header = 8
        var ports = (UInt16(number(0, 2)), UInt16(number(2, 2)))
        switch kind {
        case .udp: break
        case .tcp:
            guard bytes.count > 12 else { return nil }
            header = Int(bytes[12] >> 4) * 4
        case .echo:
            guard bytes[0] == FlowKind.echoRequest(family) else { return nil }
            ports = (UInt16(number(4, 2)), 0)
        }
        guard bytes.count >= header + 4 else { return nil }
        return Arrival(
            source: Endpoint(address: source, port: ports.0),
            destination: Endpoint(address: destination, port: ports.1),
            number: number(header, 4)
        )
    }
}
