import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// Two ICE agents behind the two NAT hosts of a `PeerLab`, both on the port that VPN meshes use.
struct ICEPair: Sendable {
    /// The source port of both agents, Tailscale's.
    static let port = 41641

    /// The network that the agents are in.
    let lab: PeerLab

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
    /// A STUN server has to answer at `STUNServerProgram.endpoint`. A direct connection takes half a second here;
    /// where there is none, the try takes `timeout`, in which each check is repeated after 0.5, 1 and 2 seconds,
    /// and the gathering of the candidates, less than a second.
    func connect(first: Side, timeout: Duration = .seconds(4)) async throws -> Outcome {
        let script = URL(filePath: #filePath)
            .appending(path: "../../../Support/ice_pair.py").standardizedFileURL.path()
        let arguments = [
            "python3", script, "--a", lab.clientA.namespace.path, "--b", lab.clientB.namespace.path,
            "--stun", "\(STUNServerProgram.endpoint)", "--first", first.rawValue,
            "--port", "\(Self.port)", "--timeout", "\(timeout / .seconds(1))",
        ]
        let namespace = lab.clientA.namespace
        let output = try await onOwnThread {
            try LabTool.require(arguments, in: namespace, deadline: timeout + .seconds(20))
        }
        return try JSONDecoder().decode(Outcome.self, from: Data(output.utf8))
    }
}
