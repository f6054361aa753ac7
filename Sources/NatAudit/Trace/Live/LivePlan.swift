internal import NetlinkBridge

/// What `trace --live` is about to do, for the question before it.
public struct LivePlan: Equatable, Sendable {
    /// The packet; its source port is nil where it will be the kernel's choice.
    let packet: Packet

    init(_ packet: Packet) { self.packet = packet }

    /// The same plan, with the source under which the packet was really sent.
    func sent(as start: PacketHeaders) -> LivePlan {
        var packet = packet
        packet.source = start.source.address
        packet.sourcePort = start.source.port
        return LivePlan(packet)
    }

    /// What is sent, in one clause.
    var packetWords: String {
        let kind = packet.transport == Packet.udp ? "UDP packet without payload" : "TCP packet that begins a connection"
        let source = packet.sourcePort == nil ? "\(packet.source) and a free port" : packet.sourceWords
        return "1 \(kind) from \(source) to \(packet.destinationWords)\(wayWords)"
    }

    private var wayWords: String {
        guard case .link(_, let name) = packet.inInterface else { return ", from a socket of this host" }
        return ", as if it came in by \(name)"
    }

    /// The lines that are shown before the packet is sent.
    public var lines: [String] {
        let family: NftFamily = packet.family == .ip ? .ip : .ip6
        var lines = ["sends \(packetWords)"]
        lines += ["  it leaves this host where the rules let it, under the addresses that they give it"]
        lines += [
            "  who answers it, answers the source that it left with; where that was translated, the answer meets this host",
            "  itself, since the entry that would lead it back to \(packet.source) is deleted at once",
        ]
        lines += [
            "for that moment adds table \(family) \(LiveTable.name), which asks the kernel for the packet's trace"
        ]
        return lines + ["afterwards deletes the packet's own conntrack entry; nothing else is changed"]
    }
}
