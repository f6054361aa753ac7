internal import NetlinkBridge

/// Reads operands off a packet, as the kernel would load them into registers.
struct PacketView {
    let packet: Packet
    /// The addresses of the host itself.
    let localAddresses: Set<IPAddress>
    /// The packet's flow; nil where nothing is known of its way so far.
    var flow: FlowView?
    /// The host's interfaces; nil where they are not known.
    var host: HostView?
    /// The hook at which the rules look; nil where that is not said.
    var hook: NetfilterHook?
    /// The packet's headers, made once for all rules that look.
    private let network: PacketHeader
    private let transport: PacketHeader
    /// Looks up a set of the rule's table.
    var sets: (KernelName) -> NftSet? = { _ in nil }

    init(
        packet: Packet,
        localAddresses: Set<IPAddress>,
        flow: FlowView? = nil,
        host: HostView? = nil,
        hook: NetfilterHook? = nil
    ) {
        self.packet = packet
        self.localAddresses = localAddresses
        self.flow = flow
        self.host = host
        self.hook = hook
        network = PacketHeader(networkOf: packet)
        transport = PacketHeader(transportOf: packet)
    }

    /// What an operand holds for the packet.
    func value(of operand: Operand) -> Known {
        switch operand {
        case .packet(let base, let offset, let length):
            return load(base: base, offset: offset, length: length, mask: nil)
        case .meta(let key): return meta(key)
        case .conntrack(let key, let direction): return conntrack(key, direction: direction)
        case .addressType(ofSource: true) where packet.isSourceOpen: return .unknown(NftText.words(for: operand))
        case .addressType(let ofSource):
            let type = type(of: ofSource ? packet.source : packet.destination)
            return type.map { .bytes(hostBytes($0.rawValue)) } ?? .unknown(NftText.words(for: operand))
        case .fib(let result, let flags): return fib(result: result, flags: flags)
        case .feature(let feature): return self.feature(feature)
        // Of one number there is no choice.
        case .numbered(let generator) where generator.modulus == 1: return .bytes(hostBytes(generator.offset))
        case .numbered: return .unknown(NftText.words(for: operand))
        case .hash(let operands, let modulus, let offset, let seed?) where !operands.isEmpty:
            return map(key(of: operands)) { key in
                hostBytes(JenkinsHash.scaled(JenkinsHash.hash(key, seed: seed), to: modulus) &+ offset)
            }
        case .hash: return .unknown(NftText.words(for: operand))
        // Without a socket the expression ends the rule, whatever it compares with.
        case .socket(let word): return packet.hasLocalSocket == false ? .absent : .unknown("socket \(word)")
        case .constant(let bytes): return .bytes(bytes)
        case .masked(.packet(let base, let offset, let length), let mask, let xor):
            let loaded = load(base: base, offset: offset, length: length, mask: mask)
            return map(loaded) { Self.masked($0, mask, xor) }
        case .masked(let inner, let mask, let xor): return map(value(of: inner)) { Self.masked($0, mask, xor) }
        case .swapped(let inner, let size): return map(value(of: inner)) { Self.swapped($0, size) }
        case .shifted(let inner, let isLeft, let bits):
            return map(value(of: inner)) { Self.shifted($0, isLeft, bits) }
        case .combined(let left, let operation, let right):
            guard case .bytes(let other) = value(of: right) else { return value(of: right) }
            return map(value(of: left)) { Self.combined($0, operation, other) }
        case .mapped(let keys, let map): return mapped(keys, map)
        case .part(let inner, let offset): return map(value(of: inner)) { Array($0.dropFirst(offset)) }
        case .other(let name): return .unknown("\(escapedForDisplay(name)) is not understood")
        }
    }

    /// The operands' bytes, each filled up to whole registers where there are several.
    func key(of operands: [Operand]) -> Known {
        var key: [UInt8] = []
        for operand in operands {
            switch value(of: operand) {
            case .bytes(let bytes):
                key += bytes
                if operands.count > 1 { while key.count % 4 != 0 { key.append(0) } }
            case .absent: return .absent
            case .unknown(let words): return .unknown(words)
            }
        }
        return .bytes(key)
    }

    private func map(_ value: Known, _ change: ([UInt8]) -> [UInt8]) -> Known {
        guard case .bytes(let bytes) = value else { return value }
        return .bytes(change(bytes))
    }

    private func load(base: UInt32, offset: UInt32, length: UInt32, mask: [UInt8]?) -> Known {
        switch base {
        // The host's own packet has no link layer header yet; a forwarded one keeps the one that it came with.
        case 0: return packet.inInterface == .none ? .absent : .unknown("bytes of the link layer header")
        case 1, 2:
            let header = base == 1 ? network : transport
            guard let bytes = header.load(offset: offset, length: length, mask: mask) else {
                let isInside = UInt64(offset) + UInt64(length) <= UInt64(header.bytes.count)
                return .unknown(isInside ? "fields of the packet's header" : "bytes of the packet")
            }
            return .bytes(bytes)
        default: return .unknown("bytes of the packet")
        }
    }
}
