import NatAudit
import NetlinkBridge
import Testing

/// Flows of one socket, as (conntrack here, seen by the server), and who is at fault.
struct AttributionCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var verdict = Verdict.hard
    let flows: [(here: String?, seen: String)]
    let attribution: Attribution

    static let all: [AttributionCase] = [
        AttributionCase(
            testDescription: "this host draws, the server sees what it drew",
            flows: [("203.0.113.1:26394", "203.0.113.1:26394"), ("203.0.113.1:1900", "203.0.113.1:1900")],
            attribution: .thisHost
        ),
        AttributionCase(
            testDescription: "this host draws, a cloud changes the address one to one",
            flows: [("10.0.0.1:26394", "203.0.113.1:26394"), ("10.0.0.1:1900", "203.0.113.1:1900")],
            attribution: .thisHost
        ),
        AttributionCase(
            testDescription: "this host keeps the port, something draws another",
            flows: [("10.0.0.1:41642", "203.0.113.1:26394"), ("10.0.0.1:41642", "203.0.113.1:1900")],
            attribution: .upstream
        ),
        AttributionCase(
            testDescription: "this host moves the port once, something draws another",
            flows: [("10.0.0.1:30042", "203.0.113.1:26394"), ("10.0.0.1:30042", "203.0.113.1:1900")],
            attribution: .upstream
        ),
        AttributionCase(
            testDescription: "this host does not translate at all",
            flows: [("10.0.1.2:41642", "203.0.113.1:26394"), ("10.0.1.2:41642", "203.0.113.1:1900")],
            attribution: .upstream
        ),
        AttributionCase(
            testDescription: "both draw",
            flows: [("10.0.0.1:1111", "203.0.113.1:26394"), ("10.0.0.1:2222", "203.0.113.1:1900")],
            attribution: .both
        ),
        AttributionCase(
            testDescription: "conntrack is not known",
            flows: [(nil, "203.0.113.1:26394"), (nil, "203.0.113.1:1900")],
            attribution: .unknown
        ),
        AttributionCase(
            testDescription: "conntrack is known for one flow only",
            flows: [("203.0.113.1:26394", "203.0.113.1:26394"), (nil, "203.0.113.1:1900")],
            attribution: .unknown
        ),
        AttributionCase(
            testDescription: "conntrack is known for two of three",
            flows: [
                ("203.0.113.1:26394", "203.0.113.1:26394"), (nil, "203.0.113.1:7"),
                ("203.0.113.1:1900", "203.0.113.1:1900"),
            ],
            attribution: .thisHost
        ),
        AttributionCase(
            testDescription: "easy needs nobody",
            verdict: .easy,
            flows: [("203.0.113.1:30042", "203.0.113.1:30042")],
            attribution: .none
        ),
        AttributionCase(
            testDescription: "no NAT needs nobody",
            verdict: .noNAT,
            flows: [],
            attribution: .none
        ),
        AttributionCase(
            testDescription: "blocked names no port",
            verdict: .blocked,
            flows: [],
            attribution: .unknown
        ),
        AttributionCase(
            testDescription: "unknown stays unknown",
            verdict: .unknown,
            flows: [("203.0.113.1:1", "203.0.113.1:1")],
            attribution: .unknown
        ),
    ]
}

struct AttributionTests {
    @Test(arguments: AttributionCase.all)
    func thePortsSayWhoIsAtFault(_ row: AttributionCase) throws {
        let local = try #require(Endpoint("10.0.1.2:41642"))
        let flows = try row.flows.map { flow in
            ObservedFlow(
                local: local,
                translatedHere: try flow.here.map { try #require(Endpoint($0)) },
                mapped: try #require(Endpoint(flow.seen))
            )
        }
        #expect(Attribution(of: row.verdict, flows: flows) == row.attribution)
    }
}
