import NatAudit
import NetlinkBridge
import Testing

/// Messages that are flipped, cut and spliced: whatever comes of them is decoded or refused, and never traps.
struct STUNMutationTests {
    private static let seeds: [[UInt8]] = [
        RFC5769.request, RFC5769.responseIPv4, RFC5769.responseIPv6,
        bytes("00 01 00 00 21 12 a4 42 00 01 02 03 04 05 06 07 08 09 0a 0b"),
        bytes(
            """
            01 11 00 14 21 12 a4 42 00 01 02 03 04 05 06 07 08 09 0a 0b
            00 09 00 04 00 00 04 14 00 0a 00 04 00 03 00 27 80 22 00 00
            """
        ),
        // RFC 5780: CHANGE-REQUEST, RESPONSE-PORT, PADDING; and a request of RFC 3489.
        bytes("00 01 00 08 21 12 a4 42 00 01 02 03 04 05 06 07 08 09 0a 0b 00 03 00 04 00 00 00 06"),
        bytes("00 01 00 08 21 12 a4 42 00 01 02 03 04 05 06 07 08 09 0a 0b 00 27 00 04 00 09 00 00"),
        bytes("00 01 00 0c 21 12 a4 42 00 01 02 03 04 05 06 07 08 09 0a 0b 00 26 00 08 01 02 03 04 05 06 07 08"),
        bytes("00 01 00 08 01 02 03 04 00 01 02 03 04 05 06 07 08 09 0a 0b 00 03 00 04 00 00 00 02"),
    ]

    @Test(arguments: [UInt64(1), 8489, 5769, 5780])
    func tenThousandBrokenMessagesAreReadOrRefused(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var decoded = 0
        for round in 0..<10_000 {
            let input = mutated(using: &random)
            guard let message = try? STUNMessage(decoding: input) else { continue }
            decoded += 1
            // Every reader has to come back, whatever it makes of the bytes.
            _ = try? message.mappedEndpoint()
            _ = try? message.errorCode()
            _ = try? message.unknownAttributes()
            _ = try? message.changeRequest()
            _ = message.endpoint(.otherAddress)
            #expect(try STUNMessage(decoding: message.encoded()) == message, "seed \(seed), round \(round)")
        }
        // A mutator that breaks everything would test the first check only.
        #expect(decoded > 500, "only \(decoded) messages were still messages")
    }

    /// Every kind of server, over both families: no answer but to a Binding request, none longer than README.md states, none to
    /// anybody else, and none to an answer.
    @Test(arguments: 0..<16)
    func aServerKeepsItsPromisesWhateverComes(_ kind: Int) throws {
        let isV6 = kind & 1 != 0
        let addresses = try (isV6 ? ["2001:db8::a", "2001:db8::b"] : ["203.0.113.10", "203.0.113.11"])
            .map { try #require(IPAddress($0)) }
        let discovery = try DiscoveryEndpoints(addresses: addresses, ports: [3478, 3479])
        let policy = STUNServerPolicy(isStrict: kind & 4 != 0, obeysResponsePort: kind & 8 != 0)
        let responder = STUNResponder(discovery: kind & 2 == 0 ? nil : discovery, policy: policy)
        let source = try #require(Endpoint(isV6 ? "[2001:db8:1::1]:32853" : "192.0.2.1:32853"))
        let attribute = isV6 ? 24 : 12
        let mostAdded = policy.isStrict ? 0 : (responder.discovery == nil ? 1 : 4) * attribute
        var random = SplitMix64(seed: UInt64(kind))
        var answered = 0
        for round in 0..<20_000 {
            let input = mutated(using: &random)
            let local = try #require(discovery.endpoints.randomElement(using: &random))
            guard let answer = responder.answer(to: input, from: source, at: local) else { continue }
            answered += 1
            let message = try STUNMessage(decoding: answer.bytes, acceptingRFC3489: true)
            let isSound =
                input.starts(with: [0, 1]) && answer.bytes.count <= input.count + mostAdded
                && answer.bytes[4..<20] == input[4..<20] && [.success, .error].contains(message.type.messageClass)
                && answer.destination.address == source.address
                && (answer.destination.port == source.port || policy.obeysResponsePort)
                && (answer.origin == local || responder.discovery != nil && discovery.endpoints.contains(answer.origin))
                && message.first(.padding)?.value.allSatisfy({ $0 == 0 }) != false
                && responder.answer(to: answer.bytes, from: source, at: local) == nil
            #expect(isSound, "kind \(kind), round \(round)")
        }
        #expect(answered > (policy.isStrict ? 20 : 1000), "only \(answered) were answered")
    }

    @Test func aClientSurvivesThemWhileItWaits() throws {
        var random = SplitMix64(seed: 42)
        let server = try #require(Endpoint("203.0.113.10:3478"))
        var client = Asking([STUNQuestion(server)])
        for request in client.requestsDue(at: .zero) { client.sent(request, at: .zero) }
        for _ in 0..<10_000 { client.received(mutated(using: &random), from: server, at: .milliseconds(1)) }
        #expect(client.outcome(of: server) == nil)
        #expect(client.ignored.total == 10_000)
    }

    /// One to four changes to one of the seeds; some of them mend the length, so that the attributes are
    /// reached.
    private func mutated(using random: inout SplitMix64) -> [UInt8] {
        var input = Self.seeds.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 1...4, using: &random) where !input.isEmpty {
            let at = Int.random(in: 0..<input.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: input[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: input[at] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
            case 2: input.removeSubrange(at...)
            case 3: input.remove(at: at)
            case 4:
                let other = Self.seeds.randomElement(using: &random) ?? []
                input = Array(input[..<at]) + other.suffix(Int.random(in: 0...other.count, using: &random))
            default:
                input.insert(contentsOf: [0x80, 0x22, 0, UInt8.random(in: 0...8, using: &random)], at: at)
            }
        }
        guard Bool.random(using: &random), input.count >= 20 else { return input }
        input = Array(input.prefix(20)) + input.dropFirst(20).prefix((input.count - 20) & ~3)
        input[2] = UInt8(truncatingIfNeeded: (input.count - 20) >> 8)
        input[3] = UInt8(truncatingIfNeeded: input.count - 20)
        return input
    }
}
