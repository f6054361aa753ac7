import NatAudit
import NetlinkBridge

/// What a responder sends back, taken out of the room in which it answers.
struct Reply: Hashable {
    let bytes: [UInt8]
    let origin: Endpoint
    let destination: Endpoint
}

extension STUNResponder {
    /// The answer to a datagram in a room as large as a server's; nil where silence meets it.
    func answer(to datagram: [UInt8], from source: Endpoint, at local: Endpoint) -> Reply? {
        // What others left in the room must never be sent.
        var room = datagram + [UInt8](repeating: 0xEE, count: max(0, DatagramBatch.datagramLength - datagram.count))
        var span = room.mutableSpan
        guard let answer = answer(in: &span, count: datagram.count, from: source, at: local) else { return nil }
        return Reply(bytes: Array(room.prefix(answer.count)), origin: answer.origin, destination: answer.destination)
    }
}
