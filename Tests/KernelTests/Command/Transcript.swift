import Foundation
import NatAudit
import Testing

/// What the README shows of the command: a host, what is typed there, and what is printed.
enum Transcript: String, CaseIterable {
    case traceOnDocker = "nataudit trace on a Docker host"
    case liveTraceOnDocker = "nataudit trace --live on a Docker host"
    case traceOnEKS = "nataudit trace on an EKS node, its last part"
    case scanOfDestinations = "nataudit scan on a NAT host with rules for some destinations"
    case capture = "nataudit capture on a NAT host, nataudit scan --capture elsewhere"
    case pair = "nataudit pair of a NAT host and a laptop"

    /// A host as the README describes it.
    func host() throws -> LabHost {
        let host = try LabHost(forwarding: .on)
        let (links, rules) =
            switch self {
            case .traceOnDocker, .liveTraceOnDocker:
                (
                    [
                        "link add docker0 type bridge", "link set docker0 up",
                        "link add veth1 type veth peer name p1", "link set veth1 up master docker0", "link set p1 up",
                        "address add 172.17.0.1/16 dev docker0",
                    ] + Self.outward("eth0", "198.51.100.1/24", via: "198.51.100.254"),
                    try Self.corpus("docker-iptables")
                )
            case .traceOnEKS:
                (
                    Self.link("eni0", "10.0.2.254/24") + Self.outward("eth0", "10.0.1.10/24", via: "10.0.1.1"),
                    try Self.corpus("eks-node-iptables")
                )
            case .scanOfDestinations:
                (
                    Self.gateway,
                    """
                    *filter
                    -A FORWARD -d 169.254.169.254 -j DROP
                    COMMIT
                    *nat
                    -A POSTROUTING -d 10.0.0.0/8 -j RETURN
                    -A POSTROUTING -d 172.16.0.0/12 -j MASQUERADE --random-fully
                    -A POSTROUTING -o wan -j MASQUERADE
                    COMMIT

                    """
                )
            case .capture, .pair:
                (
                    Self.gateway,
                    """
                    *nat
                    -A POSTROUTING -s 10.0.1.0/24 -o wan -m comment --comment "office out" -j MASQUERADE --random-fully
                    COMMIT

                    """
                )
            }
        try host.ip(links)
        try host.require("iptables-nft-restore", input: rules)
        return host
    }

    /// What lies in the folder where it is typed, by name.
    var files: [String: String] {
        guard self == .pair else { return [:] }
        // What `tailscale netcheck --format=json` writes of a laptop behind an easy NAT, as far as it is read.
        let check = """
            {"UDP": true, "IPv4": true, "IPv6": false, "MappingVariesByDestIP": false, "PreferredDERP": 4, \
            "RegionLatency": {"4": 18000000}, "GlobalV4": "198.51.100.7:41641", "GlobalV6": "", "UPnP": null}
            """
        return ["laptop.json": check]
    }

    private static let gateway =
        link("lan0", "10.0.1.1/24") + outward("wan", "203.0.113.1/24", via: "203.0.113.10")

    private static func link(_ name: String, _ address: String) -> [String] {
        [
            "link add \(name) type veth peer name \(name)-peer", "link set \(name)-peer up", "link set \(name) up",
            "address add \(address) dev \(name)",
        ]
    }

    private static func outward(_ name: String, _ address: String, via router: String) -> [String] {
        link(name, address) + ["route add default via \(router) dev \(name)"]
    }

    private static func corpus(_ name: String) throws -> String {
        try String(contentsOfFile: Bundle.module.bundlePath + "/Fixtures/Corpus/\(name).v4.save", encoding: .utf8)
    }

    /// What is typed, as a script, and what is printed; where the README leaves something out ("..."), what follows.
    func shown() throws -> (typed: String, printed: String, isWhole: Bool) {
        let readme = try String(contentsOf: Program.project.appending(path: "README.md"), encoding: .utf8)
        let heading = try #require(readme.range(of: "<!-- transcript: \(rawValue) -->\n```\n"))
        let rest = readme[heading.upperBound...]
        let end = try #require(rest.range(of: "\n```\n"))
        let lines = rest[..<end.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
        let typed = lines.filter { $0.hasPrefix("$ ") }.map { $0.dropFirst(2) }.joined(separator: "\n")
        let answer = lines.drop { $0.hasPrefix("$ ") }
        let gap = answer.firstIndex(of: "...")
        let printed = gap.map { answer[($0 + 1)...] } ?? answer
        return (typed, printed.joined(separator: "\n"), gap == nil)
    }
}
