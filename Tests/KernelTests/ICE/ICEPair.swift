import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// Two ICE agents behind the two NAT hosts of a `PeerLab`, both on the port that VPN meshes use.
struct ICEPair: Sendable {
    /// The source port of all agents, Tailscale's.
    static let port = 41641

    /// Where the agent behind the first NAT host runs.
    let a: LabHost
    /// Where the agent behind the second NAT host runs.
    let b: LabHost
    /// The STUN server of both.
    var server = STUNServerProgram.endpoint

    /// The first clients of both NAT hosts.
    init(lab: PeerLab) {
        a = lab.clientA
        b = lab.clientB
    }

    /// Two clients with a STUN server.
    init(_ a: LabHost, _ b: LabHost, server: Endpoint) {
        self.a = a
        self.b = b
        self.server = server
    }

    /// Which agent sends its first check before the other does.
    enum Side: String, CaseIterable, Sendable {
        case a
        case b
    }

    /// What came of one try; see Tests/Support/ice_pair.py.
    struct Outcome: Decodable, Sendable {
        /// Whether both agents chose a pair of candidates and a datagram went over it each way.
        let direct: Bool
        /// Why not; nil where it is direct.
        let reason: String?
        /// `TYPE ADDRESS:PORT` of what each agent offered.
        let candidates: [String: [String]]
        /// Where each agent sends to; nil where it chose nothing.
        let remote: [String: String?]
    }

    /// Tries once to connect the agents.
    ///
    /// A STUN server has to answer at `server`. A direct connection takes half a second here; where there is none, the
    /// try takes `timeout`, in which each check is repeated after 0.5, 1 and 2 seconds, and the gathering of the
    /// candidates, less than a second.
    func connect(first: Side, timeout: Duration = .seconds(4)) async throws -> Outcome {
        try #require(try await Self.connect([self], first: first, timeout: timeout).first)
    }

    /// Tries once to connect all pairs, whose checks begin at the same moment.
    ///
    /// The agents ask their STUN servers one after the other: those of the first pair, then those of the next.
    static func connect(_ pairs: [ICEPair], first: Side, timeout: Duration = .seconds(4)) async throws -> [Outcome] {
        let script = URL(filePath: #filePath)
            .appending(path: "../../../Support/ice_pair.py").standardizedFileURL.path()
        let named = pairs.flatMap { ["--pair", $0.a.namespace.path, $0.b.namespace.path, "\($0.server)"] }
        let arguments =
            ["python3", script] + named + [
                "--first", first.rawValue, "--port", "\(port)", "--timeout", "\(timeout / .seconds(1))",
            ]
        guard let namespace = pairs.first?.a.namespace else { return [] }
        let output = try await onOwnThread {
            try LabTool.require(arguments, in: namespace, deadline: timeout + .seconds(20))
        }
        return try JSONDecoder().decode([Outcome].self, from: Data(output.utf8))
    }
}
