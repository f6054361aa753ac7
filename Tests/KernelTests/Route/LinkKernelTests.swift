import NetlinkBridge
import Testing

/// Links and addresses as this process reads them and as ip(8) prints them, in one namespace each.
struct LinkKernelTests {
    private struct IPLink: Decodable {
        struct Kind: Decodable { let info_kind: String? }
        let ifindex: UInt32
        let ifname: String
        let mtu: UInt32
        let master: String?
        let link: String?
        let operstate: String
        let flags: [String]
        let linkinfo: Kind?
    }

    private struct IPAddresses: Decodable {
        struct Address: Decodable {
            let local: String
            let address: String?
            let prefixlen: Int
            let scope: String
            let secondary: Bool?
            let deprecated: Bool?
        }
        let ifindex: UInt32
        let addr_info: [Address]
    }

    @Test func linksAreThoseThatIpLists() throws {
        let namespace = try NetworkNamespace.make()
        try NamespaceTool.run(
            """
            ip link set lo up
            ip link add lan0.7 mtu 1280 type veth peer name peer0
            ip link add br0 type bridge
            ip link set peer0 master br0
            ip link set lan0.7 up
            ip link set peer0 up
            """,
            in: namespace
        )
        let read = try namespace.perform { try RouteReader.links() }
        let listed: [IPLink] = try NamespaceTool.json("ip -j -d link", in: namespace)
        #expect(read.map(\.index.number) == listed.map(\.ifindex))
        #expect(read.map(\.name.description) == listed.map(\.ifname))
        #expect(read.map(\.mtu) == listed.map(\.mtu))
        #expect(read.map { $0.kind?.description } == listed.map { $0.linkinfo?.info_kind })
        let name = { (index: InterfaceIndex?) in read.first { $0.index == index }?.name.description }
        #expect(read.map { name($0.master) } == listed.map(\.master))
        #expect(read.map { name($0.lower) } == listed.map(\.link))
        #expect(read.map { $0.flags.contains(.up) } == listed.map { $0.flags.contains("UP") })
        #expect(read.map { $0.flags.contains(.loopback) } == listed.map { $0.flags.contains("LOOPBACK") })
        #expect(read.map { "\($0.operationalState)".uppercased() } == listed.map(\.operstate))
        #expect(read.count == 4)
    }

    @Test func aLinkIntoAnotherNamespaceSaysSo() throws {
        let namespace = try NetworkNamespace.make()
        let other = try NetworkNamespace.make()
        try NamespaceTool.run(
            "ip link add out0 type veth peer name in0 && ip link set in0 netns \(other.path)",
            in: namespace
        )
        let link = try #require(
            try namespace.perform { try RouteReader.links() }.first { $0.name == "out0" }
        )
        let peer = try #require(try other.perform { try RouteReader.links() }.first { $0.name == "in0" })
        #expect(link.lower == peer.index)
        #expect(link.lowerNamespace != nil)
    }

    @Test func addressesAreThoseThatIpLists() throws {
        let namespace = try NetworkNamespace.make()
        try NamespaceTool.run(
            """
            ip link set lo up
            ip link add out0 type veth peer name in0
            ip link set out0 up
            ip address add 192.0.2.1/24 dev out0
            ip address add 192.0.2.2/24 dev out0
            ip address add 192.0.2.3/24 dev out0 preferred_lft 0
            ip address add 10.0.0.1 peer 10.0.0.2/31 dev in0
            ip -6 address add 2001:db8::1/64 dev out0 nodad
            """,
            in: namespace
        )
        let read = try namespace.perform { try RouteReader.addresses() }
        let listed: [IPAddresses] = try NamespaceTool.json("ip -j address", in: namespace)
        let wanted = listed.flatMap { link in
            link.addr_info.map { address in
                [
                    "\(link.ifindex)", address.local, address.address ?? "-", "\(address.prefixlen)",
                    address.scope, "\(address.secondary ?? false)", "\(address.deprecated ?? false)",
                ].joined(separator: " ")
            }
        }
        let found = read.map { address in
            [
                "\(address.interface)", "\(address.address)", address.peer?.description ?? "-",
                "\(address.prefixLength)", "\(address.scope)", "\(address.flags.contains(.secondary))",
                "\(address.flags.contains(.deprecated))",
            ].joined(separator: " ")
        }
        #expect(found.sorted() == wanted.sorted())
        #expect(found.count == 7)
        #expect(read.first { $0.peer != nil }?.prefix == Prefix("10.0.0.2/31"))
    }
}
