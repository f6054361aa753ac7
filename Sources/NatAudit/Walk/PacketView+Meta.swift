internal import NetlinkBridge

extension PacketView {
    /// What the kernel knows about the packet.
    func meta(_ key: NftMetaKey) -> Known {
        switch key {
        case .mark: return packet.mark.map { .bytes(hostBytes($0)) } ?? .unknown("the packet's mark")
        case .transport: return .bytes([packet.transport])
        case .family: return .bytes([NftFamily(packet.family).rawValue])
        case .etherType: return .bytes(packet.family == .ip ? [0x08, 0x00] : [0x86, 0xDD])
        case .inInterface: return index(packet.inInterface, "in-interface")
        case .outInterface: return index(packet.outInterface, "out-interface")
        case .inInterfaceName: return name(packet.inInterface, "in-interface")
        case .outInterfaceName: return name(packet.outInterface, "out-interface")
        default: break
        }
        switch key.name {
        case "iifgroup", "iiftype", "iifkind": return property(key.name, of: packet.inInterface)
        case "oifgroup", "oiftype", "oifkind": return property(key.name, of: packet.outInterface)
        case "skuid", "skgid", "cgroup": return hasNoOwnSocket ? .absent : .unknown("meta \(key.name)")
        case "pkttype": return packetType
        // The walk is of packets that no transformation has touched.
        case "ipsec": return .bytes([0])
        // Before the routing decision there is no route whose realm could be asked.
        case "rtclassid": return hasNoRoute ? .absent : .unknown("meta rtclassid")
        default: return .unknown("the packet's \(key.name)")
        }
    }

    /// Tells whether the packet has no route yet; what the host sends to itself keeps the one that it was sent by.
    var hasNoRoute: Bool {
        if case .link(_, "lo") = packet.inInterface { return false }
        return hook == .prerouting
    }

    /// Tells whether no socket of this host sent the packet, nor was it found for it yet.
    var hasNoOwnSocket: Bool {
        packet.isForwarded && packet.inInterface != .unknown
            || packet.inInterface != .none && (hook == .prerouting || hook == .forward)
    }

    /// PACKET_HOST for a packet to one host; others depend on the link layer.
    private var packetType: Known {
        packet.isTypeOpen || type(of: packet.destination) == .multicast || type(of: packet.destination) == .broadcast
            ? .unknown("the packet's pkttype") : .bytes([0])
    }

    /// Unlike its name and number, what else an interface has ends the rule where there is no interface.
    private func property(_ name: String, of interface: Packet.Interface) -> Known {
        guard case .link(let index, _) = interface else {
            return interface == .none ? .absent : .unknown(name)
        }
        guard let link = host?.links[index] else { return .unknown(name) }
        switch name {
        case "iifgroup", "oifgroup": return .bytes(hostBytes(link.group))
        case "iiftype", "oiftype": return link.layer.map { .bytes(hostBytes($0)) } ?? .unknown(name)
        // Hardware and loopback have no kind.
        default: return link.kind.map { .bytes(Self.padded($0)) } ?? .absent
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
        case .link(_, let name): .bytes(Self.padded(name))
        case .unknown: .unknown("the \(words)")
        }
    }

    private static func padded(_ name: KernelName) -> [UInt8] {
        name.asInterface
    }
}
