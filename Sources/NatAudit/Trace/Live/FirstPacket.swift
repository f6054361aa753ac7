internal import NetlinkBridge

/// The bytes of a flow's first packet as it arrives from outside: a UDP datagram without payload, or a TCP SYN.
struct FirstPacket {
    /// The packet; both ports are known.
    let packet: Packet

    private static let tcp: UInt8 = 6

    /// The packet in an Ethernet frame for an interface; its Ethernet source is all zeros.
    func frame(for interface: [UInt8]) -> [UInt8] {
        // What the kernel compares with the interface's address to tell whether the frame is for it (eth_type_trans).
        let none = [UInt8](repeating: 0, count: 6)
        let destination = Array((interface + none).prefix(6))
        let type: [UInt8] = packet.family == .ip ? [0x08, 0x00] : [0x86, 0xDD]
        return destination + none + type + bytes
    }

    /// The IP packet.
    var bytes: [UInt8] {
        let transport = self.transport
        let addresses = packet.source.networkBytes + packet.destination.networkBytes
        switch packet.family {
        case .ip:
            // RFC 791 section 3.1: no options, "don't fragment" and hop count 64, as sockets send it.
            let start: [UInt8] = [0x45, 0] + networkBytes(UInt16(20 + transport.count)) + [0, 0, 0x40, 0]
            let middle: [UInt8] = [64, packet.transport]
            let sum = Self.checksum(start + middle + [0, 0] + addresses)
            return start + middle + networkBytes(sum) + addresses + transport
        case .ip6:
            // RFC 8200 section 3: hop limit 64.
            let start: [UInt8] = [0x60, 0, 0, 0] + networkBytes(UInt16(transport.count)) + [packet.transport, 64]
            return start + addresses + transport
        }
    }

    /// The transport header with its checksum.
    private var transport: [UInt8] {
        let ports = [packet.sourcePort ?? 0, packet.destinationPort ?? 0].flatMap { networkBytes($0) }
        let isTCP = packet.transport == Self.tcp
        // RFC 9293 section 3.1: any sequence number, five words, SYN, a window; RFC 768: the length is the header's.
        let start =
            isTCP
            ? ports + networkBytes(UInt32.random(in: .min ... .max)) + [0, 0, 0, 0, 0x50, 0x02, 0xFA, 0xF0]
            : ports + [0, 8]
        let end: [UInt8] = isTCP ? [0, 0] : []
        let addresses = packet.source.networkBytes + packet.destination.networkBytes
        let length = networkBytes(UInt32(start.count + 2 + end.count))
        let sum = Self.checksum(addresses + length + [0, 0, 0, packet.transport] + start + [0, 0] + end)
        // In UDP a sum of 0 would mean that there is none.
        return start + networkBytes(sum == 0 && !isTCP ? .max : sum) + end
    }

    /// The Internet checksum (RFC 1071) of an even number of bytes.
    private static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var sum = stride(from: 0, to: bytes.count - 1, by: 2).reduce(UInt32(0)) { sum, index in
            sum + UInt32(bytes[index]) << 8 + UInt32(bytes[index + 1])
        }
        while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
        return ~UInt16(sum)
    }
}
