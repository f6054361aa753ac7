import NatAudit
import NetlinkBridge
import Testing

/// A transcript and the verdict that the contract's words give it.
struct BehaviorCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let heard: [Heard]
    var namedByUser = true
    let verdict: Verdict
    var mapping: MappingBehavior?
    let reason: String

    static let answered: [BehaviorCase] = [
        BehaviorCase(
            testDescription: "one mapping at two addresses",
            heard: [
                .mapped("198.51.100.1:41642", at: "203.0.113.10:3478"),
                .mapped("198.51.100.1:41642", at: "203.0.113.11:3478"),
            ],
            verdict: .easy,
            mapping: .endpointIndependent,
            reason: "2 server addresses"
        ),
        BehaviorCase(
            testDescription: "one mapping at two ports of one address",
            heard: [
                .mapped("198.51.100.1:41642", at: "203.0.113.10:3478"),
                .mapped("198.51.100.1:41642", at: "203.0.113.10:3479"),
            ],
            verdict: .unknown,
            reason: "only one server address answered"
        ),
        BehaviorCase(
            testDescription: "one other port for all, as a port range gives",
            heard: [
                .mapped("198.51.100.1:30042", at: "203.0.113.10:3478"),
                .mapped("198.51.100.1:30042", at: "203.0.113.11:3478"),
            ],
            verdict: .easy,
            mapping: .endpointIndependent,
            reason: "198.51.100.1:30042"
        ),
        BehaviorCase(
            testDescription: "another port at each address",
            heard: [
                .mapped("198.51.100.1:26394", at: "203.0.113.10:3478"),
                .mapped("198.51.100.1:1900", at: "203.0.113.11:3478"),
                .failed("203.0.113.12:3478", .silence),
            ],
            verdict: .hard,
            mapping: .addressAndPortDependent,
            reason: "different ports"
        ),
        BehaviorCase(
            testDescription: "two ports of one address differ",
            heard: [
                .mapped("198.51.100.1:26394", at: "203.0.113.10:3478"),
                .mapped("198.51.100.1:1900", at: "203.0.113.10:3479"),
            ],
            verdict: .hard,
            mapping: .addressAndPortDependent,
            reason: "1900 by 203.0.113.10:3479"
        ),
        BehaviorCase(
            testDescription: "ports of one address agree, addresses do not",
            heard: [
                .mapped("198.51.100.1:26394", at: "203.0.113.10:3478"),
                .mapped("198.51.100.1:26394", at: "203.0.113.10:3479"),
                .mapped("198.51.100.1:1900", at: "203.0.113.11:3478"),
            ],
            verdict: .hard,
            mapping: .addressDependent,
            reason: "different ports"
        ),
        BehaviorCase(
            testDescription: "one address agrees with itself, another does not",
            heard: [
                .mapped("198.51.100.1:1", at: "203.0.113.10:3478"),
                .mapped("198.51.100.1:1", at: "203.0.113.10:3479"),
                .mapped("198.51.100.1:2", at: "203.0.113.11:3478"),
                .mapped("198.51.100.1:3", at: "203.0.113.11:3479"),
            ],
            verdict: .hard,
            mapping: .addressAndPortDependent,
            reason: "different ports"
        ),
        BehaviorCase(
            testDescription: "another address with the same port",
            heard: [
                .mapped("198.51.100.1:41642", at: "203.0.113.10:3478"),
                .mapped("198.51.100.2:41642", at: "203.0.113.11:3478"),
            ],
            verdict: .unknown,
            reason: "multiple egress addresses"
        ),
        BehaviorCase(
            testDescription: "the socket's own address everywhere",
            heard: [
                .mapped("10.0.1.2:41642", at: "203.0.113.10:3478"),
                .mapped("10.0.1.2:41642", at: "203.0.113.11:3478"),
            ],
            verdict: .noNAT,
            reason: "own address and port"
        ),
        BehaviorCase(
            testDescription: "translated towards one server only",
            heard: [
                .mapped("10.0.1.2:41642", at: "203.0.113.10:3478"),
                .mapped("198.51.100.1:999", at: "203.0.113.11:3478"),
            ],
            verdict: .unknown,
            reason: "without translation"
        ),
        BehaviorCase(
            testDescription: "one answer, one silence",
            heard: [
                .mapped("198.51.100.1:41642", at: "203.0.113.10:3478"),
                .failed("203.0.113.11:3478", .silence),
            ],
            verdict: .unknown,
            reason: "only one server address answered"
        ),
    ]

    static let silent: [BehaviorCase] = [
        BehaviorCase(
            testDescription: "named servers are silent",
            heard: [.failed("203.0.113.10:3478", .silence), .failed("nope.example", .unresolved)],
            verdict: .blocked,
            reason: "no answer to 7 requests within 3 s (203.0.113.10:3478)"
        ),
        BehaviorCase(
            testDescription: "named servers had no time to answer",
            heard: [.failed("203.0.113.10:3478", .haste), .failed("203.0.113.11:3478", .unreachable)],
            verdict: .unknown,
            reason: "the wait was too short to tell: no answer to 1 request within 0.1 s"
        ),
        BehaviorCase(
            testDescription: "default servers are silent",
            heard: [.failed("203.0.113.10:3478", .silence), .failed("203.0.113.11:3478", .unreachable)],
            namedByUser: false,
            verdict: .unknown,
            reason: "proves nothing"
        ),
        BehaviorCase(
            testDescription: "every default server meets an error",
            heard: [
                .failed("203.0.113.10:3478", .refused), .failed("203.0.113.11:3478", .unreachable),
                .failed("nope.example", .unresolved),
            ],
            namedByUser: false,
            verdict: .blocked,
            reason: "operation not permitted (EPERM)"
        ),
        BehaviorCase(
            testDescription: "no route",
            heard: [.failed("203.0.113.10:3478", .noRoute)],
            namedByUser: false,
            verdict: .blocked,
            reason: "network is unreachable (ENETUNREACH)"
        ),
        BehaviorCase(
            testDescription: "no name resolves",
            heard: [.failed("nope.example", .unresolved)],
            verdict: .unknown,
            reason: "name or service not known"
        ),
        BehaviorCase(
            testDescription: "a server answers without an address",
            heard: [.failed("203.0.113.10:3478", .mute), .failed("203.0.113.11:3478", .silence)],
            verdict: .unknown,
            reason: "UDP gets through"
        ),
        BehaviorCase(testDescription: "nobody", heard: [], verdict: .unknown, reason: "no server was asked"),
    ]
}

struct NATBehaviorTests {
    @Test(arguments: BehaviorCase.answered + BehaviorCase.silent)
    func aTranscriptHasAVerdictAndAReason(_ row: BehaviorCase) {
        let transcript = transcript(row.heard, namedByUser: row.namedByUser)
        #expect(transcript.servers.count == row.heard.count)
        let behavior = NATBehavior(transcript)
        #expect(behavior.verdict == row.verdict)
        #expect(behavior.mapping == row.mapping)
        #expect(behavior.reason.contains(row.reason), "\(behavior.reason)")
        #expect(behavior.holds == .untested)
    }

    @Test func theOrderOfTheServersChangesNoVerdict() {
        var random = SplitMix64(seed: 7)
        for row in BehaviorCase.answered {
            for _ in 0..<10 {
                let behavior = NATBehavior(transcript(row.heard.shuffled(using: &random)))
                #expect(behavior.verdict == row.verdict, "\(row.testDescription)")
                #expect(behavior.mapping == row.mapping, "\(row.testDescription)")
            }
        }
    }

    @Test func theWorstVerdictSpeaksForAll() {
        #expect(Verdict.worst(of: [.noNAT, .easy, .unknown, .hard, .blocked]) == .blocked)
        #expect(Verdict.worst(of: [.noNAT, .easy, .unknown, .hard]) == .hard)
        #expect(Verdict.worst(of: [.noNAT, .easy, .unknown]) == .unknown)
        #expect(Verdict.worst(of: [.noNAT, .easy]) == .easy)
        #expect(Verdict.worst(of: []) == nil)
    }
}
