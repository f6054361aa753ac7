import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// A `PeerLab` with a second client behind each NAT host, STUN servers, and the built command for the NAT hosts.
///
/// ```
/// 10.0.1.2, .3 ── natA 203.0.113.1 ── servers 203.0.113.10, .11, .12 ── 203.0.113.2 natB ── 10.0.2.2, .3
/// ```
final class CrowdedPeerLab: Sendable {
    let lab: PeerLab
    private let secondA: LabHost
    private let secondB: LabHost
    private let servers: RunningSTUNServer
    /// The folder of NATAUDIT_STATE, removed in the end.
    private let state: URL

    /// What the NAT hosts are given over the rule of the AWS VPC CNI, which stays.
    enum Fix: String, Sendable {
        case none, masquerade, endpointIndependent

        fileprivate var arguments: [String]? {
            switch self {
            case .none: nil
            case .masquerade: []
            case .endpointIndependent: ["--endpoint-independent"]
            }
        }
    }

    /// Whom the pairs ask for their address on the outside.
    enum Discovery: String, Sendable, CaseIterable {
        /// Both the same server, where the second client of a side finds its port taken.
        case oneServer
        /// A server each, where both have the port.
        case aServerEach
    }

    init(_ fix: Fix) throws {
        lab = try PeerLab()
        secondA = try Self.addClient("10.0.1", to: lab.natA)
        secondB = try Self.addClient("10.0.2", to: lab.natB)
        servers = try RunningSTUNServer(
            in: lab.servers.namespace,
            listeningOn: LabAddress.servers.map { Endpoint(address: $0, port: STUNServerProgram.endpoint.port) }
        )
        state = FileManager.default.temporaryDirectory.appending(path: "nataudit-\(UUID().uuidString)")
        for host in [lab.natA, lab.natB, secondA, secondB, lab.clientA, lab.clientB] { try host.waitForCarrier() }
        for (nat, address, backend) in [
            (lab.natA, LabAddress.nat, Backend.iptablesNft), (lab.natB, LabAddress.peerNAT, .iptablesLegacy),
        ] {
            try NATRule.awsVPCCNI(backend, address: address).load(on: nat)
            guard let arguments = fix.arguments else { continue }
            let run = try Program.run(
                ["fix", "--masquerade", "--yes", "--override-owner", "--no-verify"] + arguments,
                in: nat.namespace,
                environment: ["NATAUDIT_STATE": state.path(percentEncoded: false)]
            )
            guard run.status == 0 else { throw LabError.failed(run) }
        }
    }

    deinit { try? FileManager.default.removeItem(at: state) }

    private static func addClient(_ network: String, to nat: LabHost) throws -> LabHost {
        let client = try LabHost()
        try nat.ip([
            "link add lan2 type veth peer name eth0 netns \(client.namespace.path)",
            "link set lan2 master lan0", "link set lan2 up",
        ])
        try client.ip([
            "link set eth0 up", "address add \(network).3/24 dev eth0", "route add default via \(network).1",
        ])
        return client
    }

    /// Connects the first clients of both sides and the second ones, at once.
    func connect(_ discovery: Discovery, first: ICEPair.Side) async throws -> [ICEPair.Outcome] {
        let port = STUNServerProgram.endpoint.port
        let addresses =
            switch discovery {
            case .oneServer: [LabAddress.servers[0], LabAddress.servers[0]]
            case .aServerEach: [LabAddress.servers[0], LabAddress.servers[1]]
            }
        let pairs = [
            ICEPair(lab.clientA, lab.clientB, server: Endpoint(address: addresses[0], port: port)),
            ICEPair(secondA, secondB, server: Endpoint(address: addresses[1], port: port)),
        ]
        return try await ICEPair.connect(pairs, first: first)
    }

    /// Forgets all flows of both NAT hosts, but none of their mappings.
    func forgetFlows() throws {
        for nat in [lab.natA, lab.natB] { try nat.require("conntrack", "-F") }
    }

    /// What the NAT hosts know, for whoever has to find out why a connection failed.
    func evidence() throws -> String {
        try [lab.natA, lab.natB].map { nat in
            try nat.require("sh", "-c", "conntrack -L -p udp 2>/dev/null; nft list table ip nataudit 2>/dev/null")
        }.joined(separator: "\n")
    }
}
