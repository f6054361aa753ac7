import Glibc
import NetlinkBridge

/// Sees every UDP datagram that reaches a namespace, whatever its addresses and ports.
final class RawReceiver: Sendable {
    /// A datagram as it arrived.
    struct Arrival: Equatable, Sendable {
        let source: Endpoint
        let destination: Endpoint
        /// What the sender wrote into it.
        let number: UInt32
    }

    private let descriptor: Int32

    /// Opens a raw socket in a namespace, for one device or for all.
    init(in namespace: NetworkNamespace, device: String? = nil) throws {
        descriptor = try namespace.perform {
            let descriptor = socket(AF_INET, Int32(SOCK_RAW.rawValue), Int32(IPPROTO_UDP))
            guard descriptor >= 0 else { throw SystemError("open a raw socket", code: errno) }
            // Sound: the string outlives the call.
            if let device,
                unsafe setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, device, socklen_t(device.utf8.count)) != 0
            {
                throw SystemError("bind a raw socket to \(device)", code: errno)
            }
            return descriptor
        }
    }

    deinit { close(descriptor) }

    /// All that has arrived so far.
    func arrivals() -> [Arrival] {
        var result: [Arrival] = []
        var bytes = [UInt8](repeating: 0, count: 256)
        while true {
            // Sound: the kernel writes at most `count` bytes into a buffer that outlives the call.
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
            }
            if count <= 0 { return result }
            if let arrival = Self.arrival(bytes[..<count]) { result.append(arrival) }
        }
    }

    /// RFC 791 section 3.1 and RFC 768.
    private static func arrival(_ bytes: ArraySlice<UInt8>) -> Arrival? {
        let header = Int(bytes[0] & 0xF) * 4
        guard bytes.count >= header + 12 else { return nil }
        func number(_ offset: Int, _ count: Int) -> UInt32 {
            bytes[offset..<offset + count].reduce(0) { $0 << 8 | UInt32($1) }
        }
        return Arrival(
            source: Endpoint(address: .v4(number(12, 4)), port: UInt16(number(header, 2))),
            destination: Endpoint(address: .v4(number(16, 4)), port: UInt16(number(header + 2, 2))),
            number: number(header + 8, 4)
        )
    }
}
