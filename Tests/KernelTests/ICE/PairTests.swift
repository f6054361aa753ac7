import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// What `nataudit pair` foretells of two hosts, against real ICE agents on them.
struct PairTests {
    /// What stands in front of a client.
    enum Kind: String, CaseIterable, Sendable {
        /// Plain masquerade, and an input path that drops nothing.
        case open
        /// Plain masquerade, and new UDP from outside is dropped.
        case guarded
        /// Masquerade with drawn ports.
        case random
        /// A router that translates nothing and lets everything through.
        case routed
        /// The same, which lets in answers only.
        case walled

        private static let translation = "type nat hook postrouting priority srcnat; oifname wan masquerade"

        private var rules: String {
            switch self {
            case .open: "chain post { \(Self.translation); }"
            case .guarded:
                "chain post { \(Self.translation); }; "
                    + "chain in { type filter hook input priority -10; iifname wan meta l4proto udp ct state new drop; }"
            case .random: "chain post { \(Self.translation) fully-random; }"
            case .routed: "chain none { }"
            case .walled:
                "chain pass { type filter hook forward priority 0; iifname wan ct state new drop; }"
            }
        }

        /// What a test of the filtering would say where no rule of the host tells it; nil where one does.
        var filtering: String? {
            switch self {
            case .open, .guarded, .random: nil
            case .routed: "endpoint-independent"
            case .walled: "address-and-port-dependent"
            }
        }

        /// Sets up a NAT host; what it does not translate has to find its way back.
        func load(on nat: LabHost, address: IPAddress, network: String, _ others: [LabHost]) throws {
            try nat.require("nft", "-f", "-", input: "table ip own { \(rules); }")
            guard filtering != nil else { return }
            for other in others { try other.ip(["route add \(network) via \(address)"]) }
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let a: Kind
        let b: Kind
        var testDescription: String { "\(a) and \(b)" }
    }

    private static let cases = Kind.allCases.enumerated().flatMap { index, a in
        Kind.allCases[index...].map { Case(a: a, b: $0) }
    }

    private struct Scene {
        let lab: PeerLab
        let servers: RunningSTUNServer

        init(_ pair: Case) throws {
            lab = try PeerLab()
            servers = try RunningSTUNServer(
                in: lab.servers.namespace,
                listeningOn: LabAddress.servers.map { Endpoint(address: $0, port: STUNServerProgram.endpoint.port) }
            )
            try pair.a.load(on: lab.natA, address: LabAddress.nat, network: "10.0.1.0/24", [lab.servers, lab.natB])
            try pair.b.load(on: lab.natB, address: LabAddress.peerNAT, network: "10.0.2.0/24", [lab.servers, lab.natA])
        }

        /// The report of a NAT host with what its client sees.
        func scan(_ nat: LabHost, _ client: LabHost, _ kind: Kind) throws -> String {
            let named = servers.endpoints.flatMap { ["--stun", "\($0)"] }
            return try Program.scan(nat, ["--probe-netns", client.namespace.path] + named).run.output
        }
    }

    @Test(arguments: cases) func agentsFareAsForetold(_ pair: Case) async throws {
        let (verdict, informed) = try await inTurn {
            let scene = try Scene(pair)
            let reports = [
                try scene.scan(scene.lab.natA, scene.lab.clientA, pair.a),
                try scene.scan(scene.lab.natB, scene.lab.clientB, pair.b),
            ]
            let known = try zip(reports, [pair.a, pair.b]).map { try Self.tested($0, $1.filtering) }
            return (try Self.verdict(reports), try Self.verdict(known))
        }
        var connected: [ICEPair.Side: Bool] = [:]
        for side in ICEPair.Side.allCases {
            // Entries of one try would be in the way of the next.
            let scene = try await inTurn { try Scene(pair) }
            connected[side] = try await ICEPair(lab: scene.lab).connect(first: side, timeout: .seconds(3)).direct
            withExtendedLifetime(scene.servers) {}
        }
        let count = connected.values.count { $0 }
        // Where the filtering is known too, nothing but who sends first is left open.
        let foretold: [Int: Set<String>] = [2: ["direct", "direct-likely"], 1: ["conditional"], 0: ["relay"]]
        #expect(foretold[count]?.contains(informed) == true, "\(informed): \(connected)")
        switch verdict {
        case "direct", "direct-likely": #expect(count == 2)
        case "relay": #expect(count == 0)
        default: #expect(verdict == "conditional")
        }
    }

    /// The report as it is where a test of the filtering was made.
    private static func tested(_ report: String, _ filtering: String?) throws -> String {
        guard let filtering else { return report }
        var object = try #require(try JSONSerialization.jsonObject(with: Data(report.utf8)) as? [String: Any])
        var probes = try #require(object["probes"] as? [[String: Any]])
        for index in probes.indices { probes[index]["filtering"] = filtering }
        object["probes"] = probes
        return String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
    }

    private static func verdict(_ reports: [String]) throws -> String {
        let files = try reports.map { try TemporaryFile($0) }
        let run = try Program.run(["pair", "--format", "json"] + files.map(\.path))
        try Schema.pair.check([run.output])
        let codes: [String: Int32] = ["direct": 0, "direct-likely": 0, "relay": 1, "conditional": 2, "unknown": 2]
        let report = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let verdict = try #require(report["verdict"] as? String)
        #expect(run.status == codes[verdict] && run.errors.isEmpty)
        return verdict
    }
}
