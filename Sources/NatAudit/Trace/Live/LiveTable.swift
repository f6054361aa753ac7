internal import NetlinkBridge

/// The table that makes the kernel tell which rules one packet meets, and where it comes through.
///
/// It belongs to the socket that makes it: the kernel removes it with that, however the process ends.
enum LiveTable {
    /// The table's name; not that of a fix, so that nobody takes one for the other.
    static let name: KernelName = "nataudit-trace"
    /// The chain that switches the trace on, before all others.
    static let start: KernelName = "start"

    private static let register = NftRegister(word: 4)

    /// The hook at whose end a chain of the table looks; nil for the first chain.
    static func hook(of chain: KernelName) -> NetfilterHook? {
        NetfilterHook.allCases.first { self.chain(at: $0) == chain }
    }

    private static func chain(at hook: NetfilterHook) -> KernelName { KernelName("\(hook)") }

    /// The changes that make the table for a packet, whose source port is known.
    ///
    /// The first chain runs before everything (the lowest priority), and the others behind everything: a traced packet
    /// that comes to one of them is told with the addresses that it has there.
    static func commands(for packet: Packet) -> [NftCommand] {
        let family = family(of: packet)
        let comment = "made by nataudit trace --live, and gone in a moment"
        let first: NetfilterHook = packet.inInterface == .none ? .output : .prerouting
        return [
            .addTable(family, name, comment: comment, isOwned: true),
            .addChain(family, table: name, chain: start, .init(first, type: "filter", priority: .min)),
        ]
            + NetfilterHook.allCases.map {
                .addChain(family, table: name, chain: chain(at: $0), .init($0, type: "filter", priority: .max))
            } + [.addRule(family, table: name, chain: start, conditions(packet) + changes(packet), comment: nil)]
    }

    /// Removes the table that this socket made; where others change the rules all the time, closing it does that.
    static func remove(for packet: Packet, _ writer: inout NftWriter) {
        for _ in 0..<NftablesReader.attempts {
            guard var reader = try? NftablesReader(), let generation = try? reader.generation(),
                let batch = try? NftBatch([.deleteTable(family(of: packet), name)], plannedOn: generation),
                let commit = try? writer.commit(batch), commit == .stale
            else { return }
        }
    }

    private static func family(of packet: Packet) -> NftFamily { packet.family == .ip ? .ip : .ip6 }

    /// Exactly this flow; the source of the host's own, which the kernel chooses, is told by its port.
    private static func conditions(_ packet: Packet) -> [NftExpression] {
        let isV4 = packet.family == .ip
        let destination = packet.destination.networkBytes
        var expressions: [NftExpression] = []
        if case .link(let index, _) = packet.inInterface {
            let source = packet.source.networkBytes
            expressions += [.meta(.inInterface, into: register), .compare(register, .equal, hostBytes(index))]
            expressions += load(header: 1, offset: isV4 ? 12 : 8, is: source)
        }
        expressions += load(header: 1, offset: isV4 ? 16 : 24, is: destination)
        expressions += [.meta(.transport, into: register), .compare(register, .equal, [packet.transport])]
        expressions += load(header: 2, offset: 0, is: networkBytes(packet.sourcePort ?? 0))
        return expressions + load(header: 2, offset: 2, is: networkBytes(packet.destinationPort ?? 0))
    }

    private static func load(header: UInt32, offset: UInt32, is bytes: [UInt8]) -> [NftExpression] {
        let payload = NftPayload(base: header, offset: offset, length: UInt32(bytes.count), into: register)
        return [.payload(payload), .compare(register, .equal, bytes)]
    }

    /// The trace, and the mark with which a packet from outside is to arrive; the host's own has its socket's.
    private static func changes(_ packet: Packet) -> [NftExpression] {
        let trace: [NftExpression] = [.immediate([1], into: register), .metaSet(.trace, from: register)]
        guard packet.inInterface != .none, let mark = packet.mark, mark != 0 else { return trace }
        return [.immediate(hostBytes(mark), into: register), .metaSet(.mark, from: register)] + trace
    }
}
