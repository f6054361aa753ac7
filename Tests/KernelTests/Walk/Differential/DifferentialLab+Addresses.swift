import NatAudit
import NetlinkBridge

extension DifferentialLab {
    /// Gives the hosts their addresses, routes and neighbours, for whom nothing waits to be found.
    static func address(
        _ family: AddressFamily,
        _ client: LabHost,
        _ nat: LabHost,
        _ world: LabHost
    ) throws {
        func at(_ text: String) -> String { TwinAddress.text(text, family) }
        let all = "\(TwinAddress.any(family))/0"
        func hold(_ address: String, _ link: String) -> String {
            "address add \(at(address)) dev \(link)\(family == .ip6 ? " nodad" : "")"
        }
        func neighbour(_ address: String, _ link: String, _ number: String) -> String {
            "neigh replace \(at(address)) lladdr 02:00:00:00:00:\(number) dev \(link) nud permanent"
        }
        try nat.ip(
            [
                hold("10.0.1.1/24", "lan0"), hold("203.0.113.1/24", "wan"), hold("198.51.100.1/24", "wan2"),
                // Which of several is presented is chosen.
                hold("10.0.1.9/24", "lan0"), hold("203.0.113.2/24", "wan"), hold("198.18.200.1/24", "wan2"),
                "route add default via \(at("203.0.113.254"))",
                "route add default via \(at("198.51.100.254")) table 100",
                "rule add from \(all) fwmark \(markedWay) lookup 100",
            ]
                + clients.map { neighbour($0, "lan0", "01") }
                + ["203.0.113.254", "203.0.113.9", "203.0.113.77", "203.0.113.78"].map { neighbour($0, "wan", "02") }
                + ["198.51.100.254", "198.51.100.9", "198.18.200.9"].map { neighbour($0, "wan2", "03") }
        )
        try client.ip(
            clients.map { hold("\($0)/24", "eth0") } + [
                "route add default via \(at("10.0.1.1"))", neighbour("10.0.1.1", "eth0", "11"),
            ]
        )
        try world.ip([
            hold("203.0.113.254/32", "w0"), hold("198.51.100.254/32", "w1"),
            "route add local \(all) dev lo",
        ])
    }
}
