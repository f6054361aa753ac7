import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// The kernel's answer to a route query, against `ip route get` in the same namespace.
struct RouteLookupTests {
    private struct Query: CustomStringConvertible {
        let destination: String
        var source: String?
        var mark: UInt32 = 0
        var inInterface: String?
        var outInterface: String?

        var description: String {
            [
                "ip -j route get", destination, source.map { "from \($0)" }, inInterface.map { "iif \($0)" },
                outInterface.map { "oif \($0)" }, mark == 0 ? nil : "mark \(mark)",
            ].compactMap(\.self).joined(separator: " ")
        }
    }

    private struct Answer: Decodable {
        let type: String?
        let dev: String?
        let gateway: String?
        let prefsrc: String?
        let table: String?
    }

    private let topology = """
        ip link set lo up
        ip link add out0 type veth peer name out1
        ip link add lan0 type veth peer name lan1
        for link in out0 out1 lan0 lan1; do ip link set $link up; done
        ip address add 192.0.2.1/24 dev out0
        ip address add 192.0.2.2/24 dev out0
        ip address add 10.0.0.1/24 dev lan0
        ip -6 address add 2001:db8::1/64 dev out0 nodad
        ip route add default via 192.0.2.254 src 192.0.2.2
        ip route add blackhole 203.0.113.0/26
        ip route add unreachable 203.0.113.64/26
        ip route add prohibit 203.0.113.128/26
        ip route add default via 10.0.0.9 table 100
        ip rule add fwmark 0x10/0xf0 lookup 100
        ip -6 route add default via 2001:db8::9
        ip -6 route add unreachable 2001:db8:2::/48
        """

    @Test func answersAreThoseOfIpRouteGet() throws {
        let namespace = try NetworkNamespace.make()
        try NamespaceTool.run(topology, in: namespace)
        try namespace.perform { try Sysctl("net.ipv4.ip_forward").write("1") }
        let queries = [
            Query(destination: "198.51.100.1"),
            Query(destination: "198.51.100.1", source: "192.0.2.1"),
            Query(destination: "198.51.100.1", mark: 0x12),
            Query(destination: "198.51.100.1", outInterface: "out0"),
            Query(destination: "198.51.100.1", source: "10.0.0.5", inInterface: "lan0"),
            Query(destination: "198.51.100.1", source: "10.0.0.5", mark: 0x15, inInterface: "lan0"),
            Query(destination: "192.0.2.77"),
            Query(destination: "192.0.2.2"),
            Query(destination: "192.0.2.2", source: "10.0.0.5", inInterface: "lan0"),
            Query(destination: "2001:db8:7::7"),
            Query(destination: "2001:db8::1"),
        ]
        for query in queries {
            let listed: [Answer] = try NamespaceTool.json("\(query)", in: namespace)
            let wanted = try #require(listed.first)
            guard case .found(let route) = try answer(query, in: namespace) else {
                Issue.record("\(query) was refused")
                continue
            }
            let links = try namespace.perform { try RouteReader.links() }
            let name = links.first { $0.index == route.outInterface }?.name.description
            #expect("\(route.kind)" == wanted.type ?? "unicast", "\(query)")
            #expect(name == wanted.dev, "\(query)")
            #expect(route.gateway?.description == wanted.gateway, "\(query)")
            #expect(route.preferredSource?.description == wanted.prefsrc, "\(query)")
            #expect("\(route.table)" == wanted.table ?? "main", "\(query)")
        }
    }

    @Test func refusalsAreAnswersOfTheirOwn() throws {
        let namespace = try NetworkNamespace.make()
        try NamespaceTool.run(topology, in: namespace)
        let forwarded = Query(destination: "198.51.100.1", source: "10.0.0.5", inInterface: "lan0")
        try expect(.hostUnreachable, "No route to host", forwarded, in: namespace)
        try namespace.perform {
            try Sysctl("net.ipv4.ip_forward").write("1")
            try Sysctl("net.ipv4.conf.all.rp_filter").write("1")
        }
        #expect(try answer(forwarded, in: namespace) != .refused(.hostUnreachable))
        let spoofed = Query(destination: "198.51.100.1", source: "10.77.0.5", inInterface: "lan0")
        try expect(.invalidPath, "Invalid", spoofed, in: namespace)
        try expect(.invalidPath, "Invalid argument", Query(destination: "203.0.113.1"), in: namespace)
        try expect(.hostUnreachable, "No route to host", Query(destination: "203.0.113.65"), in: namespace)
        try expect(.prohibited, "Permission denied", Query(destination: "203.0.113.129"), in: namespace)
        try NamespaceTool.run("ip route del default", in: namespace)
        try expect(
            .networkUnreachable,
            "Network is unreachable",
            Query(destination: "8.8.8.8"),
            in: namespace
        )
        try NamespaceTool.run("ip -6 route del default", in: namespace)
        try expect(.networkUnreachable, "unreachable", Query(destination: "2001:db8:7::7"), in: namespace)
    }

    @Test func anInterfaceThatDoesNotExistIsAnError() throws {
        let namespace = try NetworkNamespace.make()
        let error = #expect(throws: NetlinkError.self) {
            try namespace.perform {
                _ = try RouteReader.lookup(
                    destination: .v4(0xC633_6401),
                    source: .v4(0x0A00_0005),
                    inInterface: 4711
                )
            }
        }
        #expect(error?.code == ENODEV)
    }

    private func expect(
        _ refusal: RouteAnswer.Refusal,
        _ words: String,
        _ query: Query,
        in namespace: NetworkNamespace
    ) throws {
        #expect(try answer(query, in: namespace) == .refused(refusal), "\(query)")
        let run = try LabTool.run(["sh", "-ec", "\(query)"], in: namespace)
        #expect(run.status != 0 && run.errors.contains(words), "\(query): \(run)")
    }

    private func answer(_ query: Query, in namespace: NetworkNamespace) throws -> RouteAnswer {
        let destination = try #require(IPAddress(query.destination))
        let source = query.source.flatMap { IPAddress($0) }
        let (mark, inName, outName) = (query.mark, query.inInterface, query.outInterface)
        return try namespace.perform {
            let links = try RouteReader.links()
            let index = { (name: String?) in
                name.flatMap { name in links.first { $0.name == KernelName(name) } }?.index
            }
            return try RouteReader.lookup(
                destination: destination,
                source: source,
                mark: mark,
                inInterface: index(inName),
                outInterface: index(outName)
            )
        }
    }
}
