import Testing

@testable import NetlinkBridge

/// Every fixture of these folders, flipped, cut and spliced: decoders return or throw, they never trap.
struct RouteMutationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let path: String
        let type: UInt16
        let decode: @Sendable (Span<UInt8>) throws -> Void
        var testDescription: String { path }
    }

    static let cases = [
        Case(path: "Route/links", type: MessageType.newLink) { _ = try Link(decoding: $0) },
        Case(path: "Route/addresses", type: MessageType.newAddress) {
            _ = try InterfaceAddress(decoding: $0)
        },
        Case(path: "Route/routes4", type: MessageType.newRoute) { _ = try Route(decoding: $0) },
        Case(path: "Route/routes6", type: MessageType.newRoute) { _ = try Route(decoding: $0) },
        Case(path: "Route/rules4", type: MessageType.newRule) { _ = try RoutingRule(decoding: $0) },
        Case(path: "Route/rules6", type: MessageType.newRule) { _ = try RoutingRule(decoding: $0) },
        Case(path: "TrafficControl/disciplines", type: MessageType.newDiscipline) {
            _ = try QueueingDiscipline(decoding: $0)
        },
        Case(path: "TrafficControl/filters", type: MessageType.newFilter) { _ = try TrafficFilter(decoding: $0) },
        Case(path: "Conntrack/entries", type: MessageType.newConntrack) {
            _ = try ConntrackEntry(decoding: $0)
        },
        Case(path: "Conntrack/statistics", type: MessageType.conntrackStatistics) {
            _ = try ConntrackStatistics(decoding: $0)
        },
        Case(path: "SocketDiag/udp", type: MessageType.socketDiagnosis) { _ = try UDPListener(decoding: $0) },
    ]

    @Test(arguments: cases)
    func damagedMessagesNeverTrapADecoder(_ fixture: Case) throws {
        let payloads = try HexFixture(fixture.path).payloads(ofType: fixture.type)
        let seed = UInt64.random(in: .min ... .max)
        print("seed of \(fixture.path): \(seed)")
        var generator = SplitMix64(seed: seed)
        var refused = 0
        for _ in 0..<10_000 {
            let damaged = damage(payloads, using: &generator)
            do { try fixture.decode(damaged.span) } catch { refused += 1 }
        }
        // Damage that no decoder ever notices would be none.
        #expect(refused > 0 && refused < 10_000, "seed \(seed)")
    }

    @Test func damagedDatagramsNeverTrapTheFraming() throws {
        let datagrams = try Self.cases.map { try HexFixture($0.path).bytes }
        let seed = UInt64.random(in: .min ... .max)
        print("seed of the framing: \(seed)")
        var generator = SplitMix64(seed: seed)
        var refused = 0
        var reached = 0
        for _ in 0..<10_000 {
            let datagram = try #require(datagrams.randomElement(using: &generator))
            let port = try NetlinkHeader(in: datagram.span, at: 0).port
            let damaged = damage([Array(datagram.prefix(400))], using: &generator)
            do {
                _ = try NetlinkSocket.messages(in: damaged.span, sequence: 1, port: port) {
                    (header, payload) throws(DecodingError) in
                    reached += 1
                    _ = try NetlinkAcknowledgement(decoding: payload, flags: header.flags | 0x300)
                    return false
                }
            } catch {
                refused += 1
            }
        }
        #expect(refused > 0 && reached > 5_000, "seed \(seed)")
    }

    private func damage(_ payloads: [[UInt8]], using generator: inout SplitMix64) -> [UInt8] {
        guard var bytes = payloads.randomElement(using: &generator) else { return [] }
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            guard let index = bytes.indices.randomElement(using: &generator) else { return bytes }
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: bytes[index] = [0, 1, 3, 4, 5, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
            case 2: bytes.removeSubrange(index...)
            default:
                guard let other = payloads.randomElement(using: &generator),
                    let start = other.indices.randomElement(using: &generator)
                else { continue }
                bytes.replaceSubrange(index..., with: other[start...])
            }
        }
        return bytes
    }
}
