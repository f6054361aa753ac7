import NatAudit
import NetlinkBridge
import Testing

extension NATLab {
    /// STUN servers on all three addresses, and on the first one's other ports.
    func answerSTUN(ports: [UInt16] = [3478]) throws -> RunningSTUNServer {
        let first = ports.dropFirst().map { Endpoint(address: LabAddress.servers[0], port: $0) }
        let endpoints = LabAddress.servers.map { Endpoint(address: $0, port: ports.first ?? 3478) }
        return try RunningSTUNServer(in: servers.namespace, listeningOn: endpoints + first)
    }

    /// The arguments that name the three servers, and the first client as the place to ask from.
    var probing: [String] {
        ["--probe-netns", clientA.namespace.path] + LabAddress.servers.flatMap { ["--stun", "\($0)"] }
    }
}

extension LabHost {
    /// What conntrack(8) shows of the UDP flows of a socket: for each remote `ADDRESS:PORT`, the address and port to
    /// which its answers come.
    func translations(of socket: String) throws -> [String: String] {
        let listing = try require("conntrack", "-L", "-p", "udp")
        let pattern = /src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+).* src=\S+ dst=(\S+) sport=\d+ dport=(\d+)/
        var translations: [String: String] = [:]
        for line in listing.split(separator: "\n") {
            guard let flow = line.firstMatch(of: pattern), "\(flow.1):\(flow.3)" == socket else { continue }
            translations["\(flow.2):\(flow.4)"] = "\(flow.5):\(flow.6)"
        }
        return translations
    }
}
