internal import NetlinkBridge

/// The bytes of a packet's headers as far as the walk fixes them.
struct PacketHeader {
    /// One byte, of which some bits are known.
    struct Byte {
        let value: UInt8
        /// The bits that are known.
        let known: UInt8

        init(_ value: UInt8, known: UInt8 = 0xFF) {
            self.value = value
            self.known = known
        }

        static let unknown = Byte(0, known: 0)
    }

    let bytes: [Byte]

    /// The network header: RFC 791 section 3.1 without options, RFC 8200 section 3.
    ///
    /// The type of service is 0, as sockets leave it; lengths, identifiers, hop counts and checksums are not known. Where rules
    /// look, conntrack has put fragments together, so that offset and "more fragments" are 0.
    init(networkOf packet: Packet) {
        let source = packet.source.networkBytes.map { packet.isSourceOpen ? Byte.unknown : Byte($0) }
        let destination = packet.destination.networkBytes.map { Byte($0) }
        let unknown = Byte.unknown
        let transport = Byte(packet.transport)
        let header: [Byte]
        switch packet.family {
        case .ip:
            // All of the flags but "don't fragment".
            let fragment = [Byte(0, known: 0xBF), Byte(0)]
            let start = [Byte(0x45), Byte(0), unknown, unknown, unknown, unknown] + fragment
            header = start + [unknown, transport, unknown, unknown] + source + destination
        case .ip6:
            // The flow label fills twenty bits.
            let start = [Byte(0x60), Byte(0, known: 0xF0), unknown, unknown, unknown, unknown]
            header = start + [transport, unknown] + source + destination
        }
        bytes =
            packet.openBytes.isEmpty
            ? header : header.enumerated().map { packet.openBytes.contains(UInt64($0)) ? unknown : $1 }
    }

    /// The transport header: two ports, where the transport has ports.
    init(transportOf packet: Packet) {
        guard Self.portTransports.contains(packet.transport) else {
            bytes = []
            return
        }
        bytes = [packet.sourcePort, packet.destinationPort].flatMap { port -> [Byte] in
            guard let port else { return [.unknown, .unknown] }
            return [Byte(UInt8(port >> 8)), Byte(UInt8(port & 0xFF))]
        }
    }

    /// The bytes at a place under a mask; nil where bits of them are not known that the mask lets through.
    func load(offset: UInt32, length: UInt32, mask: [UInt8]? = nil) -> [UInt8]? {
        let end = UInt64(offset) + UInt64(length)
        guard end <= UInt64(bytes.count) else { return nil }
        var loaded: [UInt8] = []
        for (index, byte) in bytes[Int(offset)..<Int(end)].enumerated() {
            let wanted = mask.map { index < $0.count ? $0[index] : 0 } ?? 0xFF
            guard wanted & ~byte.known == 0 else { return nil }
            loaded.append(byte.value & wanted)
        }
        return loaded
    }

    /// Tells whether some bit of these bytes is known.
    func knows(_ range: Range<UInt64>) -> Bool {
        range.clamped(to: 0..<UInt64(bytes.count)).contains { bytes[Int($0)].known != 0 }
    }

    /// TCP, UDP, DCCP, SCTP and UDP-Lite begin with two ports.
    static let portTransports: Set<UInt8> = [6, 17, 33, 132, 136]
}

extension Packet {
    /// Tells whether other bytes there may make another packet of it: some that are known, or would be.
    func mayDiffer(base: UInt32, _ bytes: Range<UInt64>) -> Bool {
        if base == 1 {
            return PacketHeader(networkOf: self).knows(bytes) || isSourceOpen && bytes.overlaps(sourceBytes)
        }
        return PacketHeader.portTransports.contains(transport) && bytes.overlaps(0..<4)
    }

    private var sourceBytes: Range<UInt64> { family == .ip ? 12..<16 : 8..<24 }
}
