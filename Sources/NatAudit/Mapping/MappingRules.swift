internal import NetlinkBridge

/// The expressions of which rules about endpoints are made: an address and a port of the packet, and sets keyed by them.
///
/// An address and the port behind it lie in the registers as they lie in a concatenated key, so that one load serves the
/// endpoint, the port alone and the hash of both.
struct MappingRules {
    let family: AddressFamily

    /// NFT_REG_1, where keys begin.
    static let key = NftRegister(word: 4)
    /// NFT_REG_4, where a port that was chosen lies: behind the longest key that is looked up beside it.
    static let chosen = NftRegister(word: 16)

    /// How many words an address fills.
    private var addressWords: Int { family == .ip ? 1 : 4 }

    /// The register of the port behind the address.
    var port: NftRegister { NftRegister(word: Self.key.word + addressWords) }

    /// How many bytes an endpoint fills: the port has a word of its own.
    var endpointLength: UInt32 { UInt32(addressWords + 1) * 4 }

    /// Loads the source's address and port, or the destination's, to where a key begins, or behind another endpoint.
    func loadEndpoint(isSource: Bool = true, behindAnother: Bool = false) -> [NftExpression] {
        let start = Self.key.word + (behindAnother ? addressWords + 1 : 0)
        let offset: UInt32 = family == .ip ? (isSource ? 12 : 16) : (isSource ? 8 : 24)
        return [
            .payload(
                NftPayload(
                    base: 1,
                    offset: offset,
                    length: UInt32(addressWords) * 4,
                    into: NftRegister(word: start)
                )
            ),
            loadPort(isSource: isSource, into: NftRegister(word: start + addressWords)),
        ]
    }

    /// Loads the source's address alone.
    var loadAddress: [NftExpression] { Array(loadEndpoint().prefix(1)) }

    /// Loads a port.
    func loadPort(isSource: Bool = true, into register: NftRegister) -> NftExpression {
        .payload(NftPayload(base: 2, offset: isSource ? 0 : 2, length: 2, into: register))
    }

    /// Asks whether a register's value is in a set, or is not.
    static func isIn(_ set: KernelName, _ key: NftRegister = key, inverted: Bool = false) -> NftExpression {
        .lookup(key, set: set, into: nil, inverted: inverted)
    }

    /// Puts an element into a set, or renews it.
    static func put(
        _ operation: NftSetUpdate.Operation = .add,
        _ set: KernelName,
        _ key: NftRegister = key,
        data: NftRegister? = nil,
        for seconds: Int? = nil,
        asking expressions: [NftExpression] = []
    ) -> NftExpression {
        .setUpdate(
            NftSetUpdate(
                set: set,
                operation: operation,
                key: key,
                data: data,
                timeout: seconds.map { UInt64($0) * 1000 },
                expressions: expressions
            )
        )
    }

    /// Only UDP; nft wants it said in every rule that names a port to translate to.
    static let isUDP: [NftExpression] = [.meta(.transport, into: key), .compare(key, .equal, [Packet.udp])]

    /// Asks whether what is loaded has a bit, such as one of a connection's state or status.
    static func has(_ bit: UInt32, of key: NftConntrackKey, in register: NftRegister = key) -> [NftExpression] {
        [
            .conntrack(key, direction: nil, into: register),
            .bitwise(from: register, into: register, mask: hostBytes(bit), xor: hostBytes(UInt32(0))),
            .compare(register, .notEqual, hostBytes(UInt32(0))),
        ]
    }

    /// Only packets of this host itself, which came in by no interface.
    static let isOwnPacket: [NftExpression] = [
        .meta(.inInterface, into: key), .compare(key, .equal, hostBytes(UInt32(0))),
    ]

    /// `jhash` of the endpoint, whose first two bytes become the port, within a half of all ports.
    ///
    /// The kernel takes a port from a register's first bytes, whatever the order of the host's: the mask and the bits that are
    /// set are given as bytes, too. Above 32,767 bit 7 of the first byte is set; below, one of bits 2 to 5, so that no
    /// port under 1,024 comes out.
    func draw(_ number: UInt32) -> [NftExpression] {
        let isHigh = number > 4
        let bits: UInt8 = isHigh ? 0x80 : 2 << UInt8(number)
        let mask: UInt8 = isHigh ? 0xFF : 0x7F
        return [
            .hash(
                NftHash(
                    from: Self.key,
                    length: endpointLength,
                    modulus: .max,
                    offset: 0,
                    seed: number
                ),
                into: Self.chosen
            ),
            .bitwise(
                from: Self.chosen,
                into: Self.chosen,
                mask: [mask & ~bits, 0xFF, 0xFF, 0xFF],
                xor: [bits, 0, 0, 0]
            ),
        ]
    }
}
