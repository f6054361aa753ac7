import Glibc
import NetlinkBridge

/// Sends small UDP packets with whatever source, as fast as one thread can.
final class RawSender: Sendable {
    private let descriptor: Int32

    /// Opens a raw socket in a namespace (raw(7), with the packet's own header).
    init(in namespace: NetworkNamespace) throws {
        descriptor = try namespace.perform {
            let descriptor = socket(AF_INET, Int32(SOCK_RAW.rawValue), Int32(IPPROTO_RAW))
            guard descriptor >= 0 else { throw SystemError("open a raw socket", code: errno) }
            return descriptor
        }
    }

    deinit { close(descriptor) }

    /// Sends one packet from each of the ports of an address.
    ///
    /// `wait` is called right before each packet is given to the kernel, with the packet's number.
    func send(
        from address: IPAddress,
        ports: some Sequence<UInt16>,
        to destination: Endpoint,
        wait: (Int) -> Void = { _ in }
    ) throws {
        var name = sockaddr_in(destination)
        var packet = Self.packet(from: address, to: destination)
        // Sound: both are locals that outlive the calls, of which the kernel reads the given counts of bytes.
        let failure: Int32? = unsafe packet.withUnsafeMutableBytes { bytes in
            unsafe withUnsafePointer(to: &name) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                    for (number, port) in ports.enumerated() {
                        unsafe bytes[20] = UInt8(port >> 8)
                        unsafe bytes[21] = UInt8(port & 0xFF)
                        wait(number)
                        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
                        let sent = unsafe sendto(descriptor, bytes.baseAddress, bytes.count, 0, name, size)
                        if sent < 0 { return errno }
                    }
                    return nil
                }
            }
        }
        if let failure { throw SystemError("send a packet from \(address)", code: failure) }
    }

    /// An IPv4 header, of which the kernel fills in length, identification and checksum (RFC 791 section 3.1), a UDP header
    /// without checksum (RFC 768), and eight bytes.
    private static func packet(from source: IPAddress, to destination: Endpoint) -> [UInt8] {
        let port = [UInt8(destination.port >> 8), UInt8(destination.port & 0xFF)]
        let header: [UInt8] = [0x45, 0, 0, 0, 0, 0, 0, 0, 64, UInt8(IPPROTO_UDP), 0, 0]
        let datagram: [UInt8] = [0, 0] + port + [0, 16, 0, 0] + [UInt8](repeating: 0, count: 8)
        return header + source.networkBytes + destination.address.networkBytes + datagram
    }
}
