import NatAudit
import NetlinkBridge
import Testing

/// The client's state machine, on a clock that stands still between the lines.
struct STUNClientTests {
    private let first: Endpoint
    private let second: Endpoint
    private let mapped: Endpoint

    init() throws {
        first = try #require(Endpoint("203.0.113.10:3478"))
        second = try #require(Endpoint("203.0.113.11:3478"))
        mapped = try #require(Endpoint("198.51.100.1:41642"))
    }

    private func client(_ servers: [Endpoint]) -> Asking { Asking(servers.map { STUNQuestion($0) }) }

    /// Takes what is due and says that it was sent.
    private func send(_ client: inout Asking, at now: Duration) -> [STUNClient.Request] {
        let requests = client.requestsDue(at: now)
        for request in requests { client.sent(request, at: now) }
        return requests
    }

    /// The success response to a request.
    private func answer(
        _ request: STUNClient.Request,
        kind: STUNMessageType.Class = .success,
        adding: [STUNAttribute]? = nil
    ) throws -> [UInt8] {
        let transaction = try STUNMessage(decoding: request.bytes).transaction
        let attributes = adding ?? [STUNAttribute(xorMapped: mapped, transaction: transaction)]
        return STUNMessage(STUNMessageType(.binding, kind), transaction: transaction, attributes: attributes)
            .encoded()
    }

    @Test func allServersAreAskedAtOnce() throws {
        var client = client([first, second])
        let requests = send(&client, at: .zero)
        #expect(requests.map(\.server) == [first, second])
        #expect(requests.allSatisfy { $0.bytes.count == 20 })
        #expect(Set(requests.map(\.bytes)).count == 2)
        #expect(send(&client, at: .milliseconds(249)).isEmpty)
    }

    @Test func aRequestIsRepeatedUnchangedUntilItIsAnswered() throws {
        var client = client([first])
        var sent: [(Int, [UInt8])] = []
        for time in stride(from: 0, through: 3000, by: 10) {
            for request in send(&client, at: .milliseconds(time)) { sent.append((time, request.bytes)) }
        }
        #expect(sent.map(\.0) == [0, 250, 550, 850, 1150, 1450, 1750, 2050, 2350, 2650])
        #expect(Set(sent.map(\.1)).count == 1)
        #expect(client.outcome(of: first) == .failure(.silence(requests: 10, within: .seconds(3))))
        #expect(client.nextWake == nil)
    }

    @Test func anAnswerEndsTheQuestion() throws {
        var client = client([first, second])
        let requests = send(&client, at: .zero)
        client.received(try answer(requests[0]), from: first, at: .milliseconds(12))
        #expect(
            client.outcome(of: first)
                == .success(BindingAnswer(mapped: mapped, source: first, roundTrip: .milliseconds(12)))
        )
        #expect(client.outcome(of: second) == nil)
        #expect(send(&client, at: .milliseconds(250)).map(\.server) == [second])
        client.received(try answer(requests[1]), from: second, at: .milliseconds(300))
        // Two requests were under way: which one was answered, nobody knows.
        #expect(client.outcome(of: second) == .success(BindingAnswer(mapped: mapped, source: second, roundTrip: nil)))
        #expect(client.nextWake == nil)
        #expect(client.ignored.total == 0)
    }

    @Test func answersThatBelongToNoQuestionAreCountedAndChangeNothing() throws {
        var client = client([first, second])
        let requests = send(&client, at: .zero)
        var forged = try answer(requests[0])
        forged[19] ^= 1
        client.received(forged, from: first, at: .zero)
        client.received(try answer(requests[0]), from: second, at: .zero)
        client.received(
            try answer(requests[0]),
            from: Endpoint(address: first.address, port: 3479),
            at: .zero
        )
        client.received(requests[0].bytes, from: first, at: .zero)
        client.received(try answer(requests[0], kind: .indication), from: first, at: .zero)
        client.received([1, 2, 3], from: first, at: .zero)
        client.receivedOversized()
        #expect(client.outcome(of: first) == nil)
        #expect(client.ignored.wrongTransaction == 1)
        #expect(client.ignored.wrongSource == 2)
        #expect(client.ignored.notAnAnswer == 2)
        #expect(client.ignored.malformed == 2)
    }

    @Test func duplicatesAndLateAnswersAreCountedApart() throws {
        var client = client([first, second])
        let requests = send(&client, at: .zero)
        let other = try #require(Endpoint("198.51.100.1:9"))
        let transaction = try STUNMessage(decoding: requests[0].bytes).transaction
        let lie = STUNAttribute(xorMapped: other, transaction: transaction)
        client.received(try answer(requests[0]), from: first, at: .zero)
        client.received(try answer(requests[0], adding: [lie]), from: first, at: .zero)
        #expect(client.outcome(of: first) == .success(BindingAnswer(mapped: mapped, source: first, roundTrip: .zero)))
        #expect(client.ignored.duplicate == 1)
        _ = send(&client, at: .seconds(3))
        client.received(try answer(requests[1]), from: second, at: .seconds(3))
        #expect(client.outcome(of: second) == .failure(.silence(requests: 1, within: .seconds(3))))
        #expect(client.ignored.late == 1)
    }

    @Test func anErrorResponseIsThatServersAnswer() throws {
        var client = client([first, second])
        let requests = send(&client, at: .zero)
        let alternate = try #require(STUNErrorCode(300))
        let away = STUNAttribute(.alternateServer, endpoint: second)
        let refusal = try answer(requests[0], kind: .error, adding: [STUNAttribute(alternate), away])
        client.received(refusal, from: first, at: .zero)
        client.received(try answer(requests[1], kind: .error, adding: []), from: second, at: .zero)
        #expect(client.outcome(of: first) == .failure(.errorResponse(alternate)))
        #expect(client.outcome(of: second) == .failure(.unusableAnswer(.noErrorCode)))
        #expect(send(&client, at: .seconds(1)).isEmpty)
    }

    @Test func aSuccessThatCannotBeUsedIsAFailure() throws {
        let nowhere = Endpoint(address: .v4(0), port: 7)
        let cases: [([STUNAttribute], BindingFailure.UnusableAnswer)] = [
            ([], .noMappedAddress),
            ([STUNAttribute(.mappedAddress, endpoint: nowhere)], .impossibleMappedAddress(nowhere)),
            ([STUNAttribute(.xorMappedAddress, [0, 1])], .malformed(STUNDecodingError(.truncated, at: 2))),
            (
                [
                    STUNAttribute(.mappedAddress, endpoint: mapped),
                    STUNAttribute(.init(rawValue: 0x7FFF), []),
                ],
                .unknownAttributes([.init(rawValue: 0x7FFF)])
            ),
        ]
        for (attributes, failure) in cases {
            var client = client([first])
            let requests = send(&client, at: .zero)
            client.received(try answer(requests[0], adding: attributes), from: first, at: .zero)
            #expect(client.outcome(of: first) == .failure(.unusableAnswer(failure)))
        }
    }

    @Test func aRefusalToSendIsTheReasonOnlyIfNothingComes() throws {
        var client = client([first, second])
        let refusal = SystemError("send", code: 1)
        for time in [0, 250] {
            for request in client.requestsDue(at: .milliseconds(time)) {
                client.sendRefused(request, refusal)
            }
        }
        let requests = send(&client, at: .milliseconds(550))
        client.received(try answer(requests[0]), from: first, at: .milliseconds(560))
        #expect(
            client.outcome(of: first)
                == .success(BindingAnswer(mapped: mapped, source: first, roundTrip: .milliseconds(10)))
        )
        _ = client.requestsDue(at: .seconds(3))
        #expect(client.outcome(of: second) == .failure(.sendRefused(refusal)))
    }

    /// RFC 792: type 3 code 3 is port unreachable, which the server's own host says; code 1 is host
    /// unreachable, which a router says while its routes change.
    @Test func onlyAHardICMPErrorEndsTheQuestion() throws {
        var client = client([first, second])
        _ = send(&client, at: .zero)
        let hard = UDPSocket.NetworkReport(remote: first, code: 111, icmpType: 3, icmpCode: 3)
        let soft = UDPSocket.NetworkReport(remote: second, code: 113, icmpType: 3, icmpCode: 1)
        client.reported(hard)
        client.reported(soft)
        #expect(client.outcome(of: first) == .failure(.network(hard)))
        #expect(client.outcome(of: second) == nil)
        #expect(send(&client, at: .milliseconds(250)).map(\.server) == [second])
        _ = client.requestsDue(at: .seconds(3))
        #expect(client.outcome(of: second) == .failure(.network(soft)))
        #expect("\(BindingFailure.network(hard))" == "ICMP port unreachable (ECONNREFUSED)")
        #expect("\(BindingFailure.network(soft))" == "ICMP host unreachable (EHOSTUNREACH)")
    }

    @Test func anAnswerOutweighsAnICMPErrorThatAnyoneCouldHaveSent() throws {
        var client = client([first])
        let requests = send(&client, at: .zero)
        client.reported(UDPSocket.NetworkReport(remote: first, code: 111, icmpType: 3, icmpCode: 3))
        client.received(try answer(requests[0]), from: first, at: .milliseconds(5))
        #expect(
            client.outcome(of: first)
                == .success(BindingAnswer(mapped: mapped, source: first, roundTrip: .milliseconds(5)))
        )
    }

    @Test func aPauseIsFollowedByOneRequestAndNotByABurst() {
        var client = client([first])
        _ = send(&client, at: .zero)
        #expect(send(&client, at: .milliseconds(1800)).count == 1)
        #expect(send(&client, at: .milliseconds(1800)).isEmpty)
        #expect(client.nextWake == .milliseconds(2050))
    }

    /// A host that is busy for a second has not listened to twelve tries.
    @Test func whatSilenceShallProveIsAskedInFull() {
        var client = STUNClient()
        var random = SplitMix64(seed: 1)
        let schedule = RetransmissionSchedule(
            first: .milliseconds(50),
            longest: .milliseconds(50),
            requests: 3,
            sendsAll: true
        )
        let id = client.ask(
            STUNQuestion(first),
            schedule: schedule,
            deadline: .milliseconds(300),
            at: .zero,
            using: &random
        )
        var sent: [Int] = []
        for time in [0, 1000, 1010, 1050, 1100, 1249, 1250] {
            for request in client.requestsDue(at: .milliseconds(time)) {
                client.sent(request, at: .milliseconds(time))
                sent.append(time)
            }
            #expect((client.outcome(of: id) == nil) == (time < 1250), "\(time)")
        }
        #expect(sent == [0, 1000, 1050])
    }

    /// RFC 8489 section 6.2.1 with an RTO of 500 ms, written in the schedule's terms.
    @Test func theScheduleCanBeThatOfTheRFC() {
        let schedule = RetransmissionSchedule(first: .milliseconds(500), longest: .seconds(16), requests: 7)
        let times = schedule.times(before: .milliseconds(39_500))
        #expect(times.map { $0 / .milliseconds(1) } == [0, 500, 1500, 3500, 7500, 15_500, 31_500])
    }
}

/// A client with questions, each known by its server.
@dynamicMemberLookup
struct Asking {
    var client = STUNClient()
    private var ids: [Endpoint: TransactionID] = [:]

    /// Asks at the time zero, with bits that are always the same.
    init(_ questions: [STUNQuestion]) {
        var random = SplitMix64(seed: 1)
        for question in questions { ids[question.server] = client.ask(question, at: .zero, using: &random) }
    }

    subscript<Value>(dynamicMember path: KeyPath<STUNClient, Value>) -> Value { client[keyPath: path] }

    func outcome(of server: Endpoint) -> Result<BindingAnswer, BindingFailure>? {
        ids[server].flatMap { client.outcome(of: $0) }
    }

    mutating func requestsDue(at now: Duration) -> [STUNClient.Request] { client.requestsDue(at: now) }
    mutating func sent(_ request: STUNClient.Request, at now: Duration) { client.sent(request, at: now) }
    mutating func sendRefused(_ request: STUNClient.Request, _ error: SystemError) {
        client.sendRefused(request, error)
    }
    mutating func reported(_ report: UDPSocket.NetworkReport) { client.reported(report) }
    mutating func receivedOversized() { client.receivedOversized() }
    mutating func received(_ bytes: [UInt8], from source: Endpoint, at now: Duration) {
        client.received(bytes, from: source, at: now)
    }
}
