internal import NetlinkBridge

/// Reads operands off a packet, as the kernel would load them into registers.
struct PacketView {
    let packet: Packet
    /// The addresses of the host itself.
    let localAddresses: Set<IPAddress>

    /// What an operand holds for the packet.
    func value(of operand: Operand) -> Known {
        switch operand {
        case .packet(let base, let offset, let length): load(base: base, offset: offset, length: length)
        case .meta(.mark): packet.mark.map { .bytes(hostBytes($0)) } ?? meta(.mark)
        case .meta(let key): meta(key)
        case .conntrack(.state, _): .bytes(hostBytes(UInt32(Self.newState)))
        case .conntrack(.direction, _): .bytes([0])
        case .conntrack(let key, _): .unknown("ct \(key.name)")
        case .addressType(let ofSource):
            .bytes(hostBytes(type(of: ofSource ? packet.source : packet.destination).rawValue))
        case .fib, .numbered, .hash: .unknown(NftText.words(for: operand))
        // Without a socket the expression ends the rule, whatever it compares with.
        case .socket(let word): packet.hasLocalSocket == false ? .absent : .unknown("socket \(word)")
        case .constant(let bytes): .bytes(bytes)
        case .masked(let inner, let mask, let xor): masked(value(of: inner), mask, xor)
        case .swapped(let inner, let size): swapped(value(of: inner), size)
        case .mapped(_, let map): .unknown("what map \(map) holds")
        case .other(let name): .unknown("\(escapedForDisplay(name)) is not understood")
        }
    }

    /// ct state of the first packet of a flow (NF_CT_STATE_BIT of IP_CT_NEW).
    private static let newState = 8

    private func load(base: UInt32, offset: UInt32, length: UInt32) -> Known {
        let header: [UInt8?]
        switch base {
        case 1: header = networkHeader
        case 2: header = transportHeader
        default: return .unknown("bytes of the packet")
        }
        let end = UInt64(offset) + UInt64(length)
        guard end <= UInt64(header.count) else { return .unknown("bytes of the packet") }
        let bytes = header[Int(offset)..<Int(end)].compactMap { $0 }
        return bytes.count == Int(length) ? .bytes(bytes) : .unknown("fields of the packet's header")
    }

    /// RFC 791 section 3.1 and RFC 8200 section 3; nil for what the walk does not fix.
    private var networkHeader: [UInt8?] {
        let source = packet.source.networkBytes.map(Optional.some)
        let destination = packet.destination.networkBytes.map(Optional.some)
        switch packet.family {
        case .ip:
            return [0x45] + Array(repeating: nil, count: 8) + [packet.transport, nil, nil] + source + destination
        case .ip6:
            return Array(repeating: nil, count: 6) + [packet.transport, nil] + source + destination
        }
    }

    private var transportHeader: [UInt8?] {
        let bytes = { (port: UInt16?) -> [UInt8?] in
            guard let port else { return [nil, nil] }
            return [UInt8(port >> 8), UInt8(port & 0xFF)]
        }
        return bytes(packet.sourcePort) + bytes(packet.destinationPort)
    }

    private func meta(_ key: NftMetaKey) -> Known {
        switch key {
        case .transport: return .bytes([packet.transport])
        case .family: return .bytes([NftFamily(packet.family).rawValue])
        case .etherType: return .bytes(packet.family == .ip ? [0x08, 0x00] : [0x86, 0xDD])
        case .inInterface: return index(packet.inInterface, "in-interface")
        case .outInterface: return index(packet.outInterface, "out-interface")
        case .inInterfaceName: return name(packet.inInterface, "in-interface")
        case .outInterfaceName: return name(packet.outInterface, "out-interface")
        default: return .unknown("the packet's \(key.name)")
        }
    }

    /// An absent interface loads as zero and does not end the rule.
    private func index(_ interface: Packet.Interface, _ words: String) -> Known {
        switch interface {
        case .none: .bytes(hostBytes(UInt32(0)))
        case .link(let index, _): .bytes(hostBytes(index))
        case .unknown: .unknown("the \(words)")
        }
    }

    private func name(_ interface: Packet.Interface, _ words: String) -> Known {
        switch interface {
        case .none: .bytes([UInt8](repeating: 0, count: 16))
        case .link(_, let name):
            .bytes(Array((name.bytes + [UInt8](repeating: 0, count: 16)).prefix(16)))
        case .unknown: .unknown("the \(words)")
        }
    }

    private func masked(_ value: Known, _ mask: [UInt8], _ xor: [UInt8]) -> Known {
        guard case .bytes(let bytes) = value else { return value }
        let padded = bytes + [UInt8](repeating: 0, count: max(0, mask.count - bytes.count))
        return .bytes(zip(zip(padded, mask), xor).map { $0.0 & $0.1 ^ $1 })
    }

    private func swapped(_ value: Known, _ size: Int) -> Known {
        guard case .bytes(let bytes) = value, size > 0, UInt16(1).littleEndian == 1 else { return value }
        let units = stride(from: 0, to: bytes.count, by: size)
        return .bytes(units.flatMap { bytes[$0..<min($0 + size, bytes.count)].reversed() })
    }
}

/// The kinds of addresses that the routing table tells apart (RTN_* in linux/rtnetlink.h).
enum AddressKind: UInt32 {
    case unicast = 1
    case local = 2
    case broadcast = 3
    case multicast = 5
}

extension PacketView {
    /// What the routing table would call an address.
    func type(of address: IPAddress) -> AddressKind {
        if localAddresses.contains(address) || address.isLoopback { return .local }
        switch address {
        case .v4(0xFFFF_FFFF): return .broadcast
        case .v4(let value) where value >> 28 == 0xE: return .multicast
        case .v6(let high, _) where high >> 56 == 0xFF: return .multicast
        default: return .unicast
        }
    }
}
