import NatAudit
import NetlinkBridge

/// One line of a transcript: a server and what it saw, or why not.
enum Heard: Sendable {
    case mapped(String, at: String)
    case failed(String, ServerFailure)
}

/// A transcript of one socket at 10.0.1.2:41642.
func transcript(_ heard: [Heard], namedByUser: Bool = true) -> ProbeTranscript {
    ProbeTranscript(
        family: .ip,
        local: Endpoint("10.0.1.2:41642"),
        serversWereNamed: namedByUser,
        servers: heard.compactMap { line in
            switch line {
            case .mapped(let mapped, let server):
                guard let endpoint = Endpoint(server), let mapped = Endpoint(mapped) else { return nil }
                let answer = BindingAnswer(mapped: mapped, source: endpoint, roundTrip: .microseconds(12_345))
                return ServerTranscript(name: .init(endpoint), endpoint: endpoint, outcome: .success(answer))
            case .failed(let server, let failure):
                guard let name = STUNServerName(server) else { return nil }
                return ServerTranscript(name: name, endpoint: name.endpoint, outcome: .failure(failure))
            }
        }
    )
}

extension ServerFailure {
    static let silence = binding(.silence(requests: 7, within: .seconds(3)))
    static let haste = binding(.silence(requests: 1, within: .milliseconds(100)))
    static let refused = binding(.sendRefused(SystemError("send a datagram to 192.0.2.9:1", code: 1)))
    static let unreachable = binding(
        .network(.init(remote: Endpoint(address: .v4(1), port: 1), code: 111, icmpType: 3, icmpCode: 3))
    )
    static let unresolved = notResolved(reason: "name or service not known")
    static let noRoute = noRoute(SystemError("find a route to 192.0.2.9", code: 101))
    static let mute = binding(.unusableAnswer(.noMappedAddress))
}
