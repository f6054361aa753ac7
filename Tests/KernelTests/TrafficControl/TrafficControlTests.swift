import NetlinkBridge
import Testing

@testable import NatAudit

/// What is read of interfaces, with tc(8) as the oracle of filters.
struct TrafficControlTests {
    private struct Filter: Decodable {
        struct Options: Decodable {
            let bpf_name: String?
            let actions: [Action]?
        }
        struct Action: Decodable { let kind: String }
        let kind: String
        let options: Options?
    }

    @Test func filtersAreThoseThatTcLists() throws {
        let lab = try NATLab()
        try NamespaceTool.run(
            """
            tc qdisc add dev wan clsact
            tc filter add dev wan egress u32 match u32 0 0 action mirred egress redirect dev lan1
            tc filter add dev wan egress bpf bytecode '1,6 0 0 4294967295,'
            """,
            in: lab.nat.namespace
        )
        let attach = BPFAttachment.filter.prefix(link: "wan", name: "cil_to_netdev-wan")
        try LabTool.require(attach + ["true"], in: lab.nat.namespace)
        let listed: [Filter] = try NamespaceTool.json("tc -j filter show dev wan egress", in: lab.nat.namespace)
        let read = try lab.nat.namespace.perform {
            let wan = try #require(try RouteReader.links().first { $0.name == "wan" })
            #expect(
                try TrafficControlReader.disciplines().contains { $0.kind == "clsact" && $0.interface == wan.index }
            )
            var filters: [TrafficFilter] = []
            try TrafficControlReader.forEachFilter(at: [TrafficPlace(interface: wan.index, hook: .egress)]) {
                filters.append($1)
            }
            return filters
        }
        #expect(read.map(\.kind.description) == listed.map(\.kind))
        #expect(read.map { $0.program?.name?.description } == listed.map { $0.options?.bpf_name })
        #expect(read.map { $0.actions.map(\.description) } == listed.map { $0.options?.actions?.map(\.kind) ?? [] })
        #expect(read.contains { $0.program?.name == "cil_to_netdev-wan" })
        #expect(read.contains { $0.actions == ["mirred"] })
    }

    /// This kernel may have no Open vSwitch: the links are as ip(8) shows those of a host that has it.
    @Test func portsOfOpenVSwitchAreFoundByTheirLinks() throws {
        let links = [
            Link(index: 2, name: "eth0", master: 3), Link(index: 3, name: "ovs-system", kind: "openvswitch"),
            Link(index: 4, name: "br-ex", kind: "openvswitch"), Link(index: 5, name: "eth1"),
            Link(index: 6, name: "eth2", master: 7), Link(index: 7, name: "bond0", kind: "bond"),
        ]
        let found = try NetworkNamespace.make().perform { DatapathReader.read(links, ways: [4]).found }
        #expect(found.map(\.interfaceName) == ["eth0", "ovs-system", "br-ex"])
        #expect(found.allSatisfy { $0.kind == .openVSwitch && $0.direction == .both })
    }
}
