import Foundation
import NatAudit
import NetlinkBridge
import Testing

extension FixLab {
    /// The options of a proof from the first client by two servers only.
    var provenByTwo: [String] {
        ["--probe-netns", lab.clientA.namespace.path]
            + LabAddress.servers.prefix(2).flatMap { ["--stun", "\($0)"] }
    }

    /// What servers see as the source of one datagram of a client's socket each.
    func sources(
        at servers: [IPAddress], from address: IPAddress = LabAddress.clientA, clientPort: UInt16
    ) throws -> [String] {
        let host = address == LabAddress.clientA ? lab.clientA : lab.clientB
        let client = try host.socket(address, port: clientPort)
        return try servers.map { try source(at: $0, of: client) }
    }

    /// What a server sees as the source of one datagram of a client's socket.
    func source(at server: IPAddress, of client: LabSocket) throws -> String {
        let socket = try lab.servers.socket(server, port: 7005)
        try client.send([1], to: socket.local)
        return "\(try #require(try socket.receive(within: .seconds(2))).source)"
    }

    /// Adds a second link from the NAT host to the servers, and returns the address on its far side.
    func addSecondWayOut() throws -> IPAddress {
        try nat.ip([
            "link add wan2 type veth peer name eth1 netns \(lab.servers.namespace.path)", "link set wan2 up",
            "address add 198.51.100.1/24 dev wan2",
        ])
        try lab.servers.ip(["link set eth1 up", "address add 198.51.100.10/24 dev eth1"])
        return .v4(0xC633_640A)
    }

    /// Opens TCP connections from the first client, and returns the port of each, inside and outside.
    func tcpFlows(_ count: Int) throws -> [(inside: String, outside: String)] {
        let listener = """
            import socket, sys
            s = socket.create_server(("\(LabAddress.servers[0])", 7100))
            print("ready", flush=True)
            kept = [s.accept() for _ in range(int(sys.argv[1]))]
            """
        let server = try LabTool.start(
            ["python3", "-c", listener, "\(count)"], in: lab.servers.namespace)
        while try server.output().isEmpty, try server.status(within: .milliseconds(5)) == nil {}
        for _ in 0..<count {
            try lab.clientA.require("bash", "-c", "exec 3<>/dev/tcp/\(LabAddress.servers[0])/7100")
        }
        let listing = try nat.require("conntrack", "-L", "-p", "tcp")
        return listing.matches(of: /sport=(\d+) dport=7100 [^\n]*sport=7100 dport=(\d+)/).map {
            (String($0.1), String($0.2))
        }
    }

    /// Loads what an EKS node has, for the laboratory's address.
    func loadEKSNode(_ backend: Backend) throws {
        let file = Bundle.module.bundleURL.appending(path: "Fixtures/Corpus/eks-node-iptables.v4.save")
        let rules = try String(contentsOf: file, encoding: .utf8).replacing("10.0.1.10", with: "\(LabAddress.nat)")
        try nat.require("\(backend.rawValue)-restore", input: rules)
    }
}

extension LabHost {
    /// Loads rules into the chain of source NAT, in a backend's own words.
    func load(postrouting rules: [String], chains: [String: [String]] = [:], _ backend: Backend) throws {
        guard backend != .nftables else {
            let body = rules.joined(separator: "\n")
            let hook = "type nat hook postrouting priority srcnat; policy accept;"
            try require("nft", "-f", "-", input: "table ip nat {\nchain postrouting {\n\(hook)\n\(body)\n}\n}\n")
            return
        }
        let declared = chains.keys.sorted().map { ":\($0) - [0:0]" }
        let own = chains.sorted { $0.key < $1.key }.flatMap { name, rules in rules.map { "-A \(name) \($0)" } }
        let lines = ["*nat"] + declared + rules.map { "-A POSTROUTING \($0)" } + own + ["COMMIT", ""]
        try require("\(backend.rawValue)-restore", input: lines.joined(separator: "\n"))
    }
}
