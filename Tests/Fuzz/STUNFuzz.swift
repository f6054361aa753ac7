import NatAudit
import NetlinkBridge

// What libFuzzer feeds to STUN: it is read, answered by every kind of server and taken for an answer by a client, and every
// promise is looked at. `scripts/fuzz stun` builds and runs this; a broken promise ends the process, as a trap does.

/// Called by libFuzzer for every input: the first byte chooses, the rest is a datagram.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzzSTUN(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 0 else { return 0 }
    let choice = Choice(rawValue: start[0])
    let datagram = choice.mended(Array(UnsafeBufferPointer(start: start + 1, count: count - 1)))
    fuzzCodec(datagram)
    fuzzResponder(datagram, choice)
    fuzzClient(datagram, choice)
    return 0
}

/// What the first byte of an input stands for.
private struct Choice {
    let rawValue: UInt8

    /// Which of the servers is asked.
    var server: Server { Server.all[Int(rawValue & 0xF)] }
    /// At which of the four endpoints.
    var place: Int { Int(rawValue >> 4 & 3) }
    /// Tells whether the answer is to the client's own transaction, which nobody guesses.
    var isKnown: Bool { rawValue & 0x10 != 0 }

    /// The datagram with its length put right, and with a right FINGERPRINT, where that is wanted: chance finds neither.
    func mended(_ datagram: [UInt8]) -> [UInt8] {
        guard rawValue & 0x40 != 0, datagram.count >= 20 else { return datagram }
        var mended = Array(datagram.prefix(datagram.count & ~3))
        mended[2] = UInt8(truncatingIfNeeded: (mended.count - 20) >> 8)
        mended[3] = UInt8(truncatingIfNeeded: mended.count - 20)
        guard rawValue & 0x80 != 0, var message = try? STUNMessage(decoding: mended, acceptingRFC3489: true) else {
            return mended
        }
        message.hasFingerprint = true
        return message.encoded()
    }
}

/// Every kind of server, over both families.
private struct Server {
    let responder: STUNResponder
    let endpoints: [Endpoint]
    let source: Endpoint

    static let all: [Server] = (0..<16).compactMap { number in
        let isV6 = number & 1 != 0
        let addresses: [IPAddress] =
            isV6
            ? [.v6(high: 0x2001_0DB8 << 32, low: 1), .v6(high: 0x2001_0DB8 << 32, low: 2)]
            : [.v4(0xCB00_710A), .v4(0xCB00_710B)]
        guard let discovery = try? DiscoveryEndpoints(addresses: addresses, ports: [3478, 3479]) else { return nil }
        let policy = STUNServerPolicy(isStrict: number & 4 != 0, obeysResponsePort: number & 8 != 0)
        return Server(
            responder: STUNResponder(discovery: number & 2 == 0 ? nil : discovery, policy: policy),
            endpoints: discovery.endpoints,
            source: Endpoint(address: isV6 ? .v6(high: 0x2001_0DB8_1234_5678, low: 7) : .v4(0xC000_0201), port: 32853)
        )
    }

    /// How many bytes more than it was asked with a server may answer: what README.md states.
    var mostAdded: Int {
        let attribute = source.address.family == .ip ? 12 : 24
        return responder.policy.isStrict ? 0 : (responder.discovery == nil ? 1 : 4) * attribute
    }

    /// What is sent back, in a room as large as a server's; nothing of what others left there may be sent.
    func answer(_ datagram: [UInt8], at local: Endpoint) -> (STUNResponder.Answer, [UInt8])? {
        var room = datagram + [UInt8](repeating: 0xEE, count: max(0, DatagramBatch.datagramLength - datagram.count))
        var span = room.mutableSpan
        guard let answer = responder.answer(in: &span, count: datagram.count, from: source, at: local) else {
            return nil
        }
        return (answer, Array(room.prefix(answer.count)))
    }
}

private func fuzzCodec(_ datagram: [UInt8]) {
    guard let message = try? STUNMessage(decoding: datagram, acceptingRFC3489: true) else { return }
    _ = try? message.mappedEndpoint()
    _ = try? message.errorCode()
    _ = try? message.unknownAttributes()
    _ = try? message.changeRequest()
    _ = message.endpoint(.otherAddress)
    precondition((try? STUNMessage(decoding: message.encoded(), acceptingRFC3489: true)) == message)
}

private func fuzzResponder(_ datagram: [UInt8], _ choice: Choice) {
    let server = choice.server
    let local = server.endpoints[choice.place]
    guard let (answer, bytes) = server.answer(datagram, at: local) else { return }
    // Only Binding requests are answered, with no more than is promised, and to who asked.
    precondition(datagram[0] == 0 && datagram[1] == 1)
    precondition(bytes.count <= datagram.count + server.mostAdded)
    precondition(bytes[4..<20] == datagram[4..<20])
    precondition(server.responder.discovery == nil ? answer.origin == local : server.endpoints.contains(answer.origin))
    precondition(answer.destination.address == server.source.address)
    precondition(answer.destination.port == server.source.port || server.responder.policy.obeysResponsePort)
    // What is sent is a response, and nobody answers that.
    guard let response = try? STUNMessage(decoding: bytes, acceptingRFC3489: true) else {
        preconditionFailure("the answer is no message")
    }
    precondition(response.type.messageClass == .success || response.type.messageClass == .error)
    precondition(response.first(.padding)?.value.allSatisfy { $0 == 0 } != false)
    precondition(server.answer(bytes, at: local) == nil)
}

private func fuzzClient(_ datagram: [UInt8], _ choice: Choice) {
    var random = FixedGenerator()
    let server = Endpoint(address: .v4(0xCB00_710A), port: 3478)
    var client = STUNClient()
    let transaction = client.ask(STUNQuestion(server), at: .zero, using: &random)
    guard let request = client.requestsDue(at: .zero).first else { preconditionFailure("no request") }
    client.sent(request, at: .zero)
    var answer = datagram
    if choice.isKnown, answer.count >= 20 { answer.replaceSubrange(4..<20, with: request.bytes[4..<20]) }
    client.received(answer, from: server, at: .milliseconds(1))
    switch client.outcome(of: transaction) {
    case .failure(let failure): _ = "\(failure)"
    case .success(let answer): _ = ServerEnds(server, answer)
    case nil: break
    }
}

/// The same transactions in every run, so that an input can be run again.
private struct FixedGenerator: RandomNumberGenerator {
    private var state: UInt64 = 0

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return state
    }
}
