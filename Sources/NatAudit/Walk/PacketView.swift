internal import NetlinkBridge

/// Reads operands off a packet, as the kernel would load them into registers.
struct PacketView {
    let packet: Packet
    /// The addresses of the host itself.
    let localAddresses: Set<IPAddress>
    /// What conntrack knows of its flow.
    let flow: Flow

    init(packet: Packet, localAddresses: Set<IPAddress>, flow: Flow? = nil) {
        self.packet = packet
        self.localAddresses = localAddresses
        self.flow = flow ?? Flow(of: packet)
    }

    /// What an operand holds for the packet.
    func value(of operand: Operand) -> Known {
        switch operand {
        case .packet(let base, let offset, let length): load(base: base, offset: offset, length: length)
        case .meta(.mark): packet.mark.map { .bytes(hostBytes($0)) } ?? meta(.mark)
        case .meta(let key): meta(key)
        case .conntrack(.state, _): .bytes(hostBytes(flow.state))
        // Without an entry nothing else is there to be compared.
        case .conntrack where flow.tracking != .new: .absent
        case .conntrack(.direction, _): .bytes([0])
        case .conntrack(.mark, _): flow.mark.map { .bytes(hostBytes($0)) } ?? .unknown("ct mark")
        case .conntrack(let key, let direction): conntrack(key, direction: direction)
        case .addressType(let ofSource):
            .bytes(hostBytes(type(of: ofSource ? packet.source : packet.destination).rawValue))
        case .fib, .numbered, .hash: .unknown(NftText.words(for: operand))
        // Without a socket the expression ends the rule, whatever it compares with.
        case .socket(let word): packet.hasLocalSocket == false ? .absent : .unknown("socket \(word)")
        case .constant(let bytes): .bytes(bytes)
        // Where rules look, conntrack has put fragments together: there is no offset (RFC 791 section 3.1).
        case .masked(.packet(1, 6, 2), [0x1F, 0xFF], [0, 0]) where packet.family == .ip: .bytes([0, 0])
        case .masked(let inner, let mask, let xor): masked(value(of: inner), mask, xor)
        case .swapped(let inner, let size): swapped(value(of: inner), size)
        case .mapped(_, let map): .unknown("what map \(map) holds")
        case .other(let name): .unknown("\(escapedForDisplay(name)) is not understood")
        }
    }

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
            return [0x45] + Array(repeating: nil, count: 8) + [packet.transport, nil, nil] + source
                + destination
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
        default: break
        }
        // Unlike its name and number, what else an interface has ends the rule where there is no interface.
        switch key.name {
        case "iifgroup", "iiftype", "iifkind":
            return packet.inInterface == .none ? .absent : .unknown(key.name)
        case "oifgroup", "oiftype", "oifkind":
            return packet.outInterface == .none ? .absent : .unknown(key.name)
        case "skuid", "skgid", "cgroup": return packet.isForwarded ? .absent : .unknown("meta \(key.name)")
        default: return .unknown("the packet's \(key.name)")
        }
    }

    private func conntrack(_ key: NftConntrackKey, direction: UInt8?) -> Known {
        switch (key.name, direction) {
        // A flow has a helper only where it was expected.
        case ("helper", _): .absent
        case ("ip saddr", 0) where packet.family == .ip, ("ip6 saddr", 0) where packet.family == .ip6:
            .bytes(flow.originalSource.networkBytes)
        case ("ip daddr", 0) where packet.family == .ip, ("ip6 daddr", 0) where packet.family == .ip6:
            .bytes(flow.originalDestination.networkBytes)
        case ("status", _): .bytes(hostBytes(flow.status(of: packet)))
        case ("proto-src", 0): port(flow.originalSourcePort)
        case ("proto-dst", 0): port(flow.originalDestinationPort)
        case ("protocol", _): .bytes([packet.transport])
        case ("l3proto", _): .bytes([packet.family == .ip ? 2 : 10])
        case ("zone", _): .bytes(hostBytes(UInt16(0)))
        case ("ip saddr", _), ("ip daddr", _): packet.family == .ip ? .unknown("ct \(key.name)") : .absent
        case ("ip6 saddr", _), ("ip6 daddr", _): packet.family == .ip6 ? .unknown("ct \(key.name)") : .absent
        default: .unknown("ct \(key.name)")
        }
    }

    private func port(_ port: UInt16?) -> Known {
        port.map { .bytes([UInt8($0 >> 8), UInt8($0 & 0xFF)]) } ?? .unknown("the flow's port")
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
