import NetlinkBridge
import Testing

/// Routes and rules as this process reads them and as ip(8) prints them, in one namespace each.
struct RouteKernelTests {
    private struct IPRoute: Decodable {
        struct Via: Decodable { let host: String }
        struct Hop: Decodable {
            let gateway: String?
            let dev: String?
            let weight: Int
            let flags: [String]
        }
        let type: String?
        let dst: String
        let from: String?
        let gateway: String?
        let via: Via?
        let dev: String?
        let table: String?
        let `protocol`: String?
        let scope: String?
        let prefsrc: String?
        let metric: UInt32?
        let tos: String?
        let nexthops: [Hop]?
    }

    private struct IPRule: Decodable {
        let priority: UInt32
        let src: String
        let srclen: Int?
        let dst: String?
        let dstlen: Int?
        let fwmark: String?
        let fwmask: String?
        let iif: String?
        let oif: String?
        let table: String?
        let action: String?
        let goto: UInt32?
    }

    @Test(arguments: [AddressFamily.ip, .ip6])
    func routesAreThoseThatIpLists(_ family: AddressFamily) throws {
        let namespace = try NetworkNamespace.make()
        try NamespaceTool.run(
            """
            ip link set lo up
            ip link add out0 type veth peer name in0
            ip link set out0 up
            ip link set in0 up
            ip address add 192.0.2.1/24 dev out0
            ip -6 address add 2001:db8::1/64 dev out0 nodad
            ip -6 address add 2001:db8:7::1/64 dev in0 nodad
            ip route add default via 192.0.2.254 metric 100 proto dhcp src 192.0.2.1
            ip route add 198.51.100.0/24 nexthop via 192.0.2.10 weight 2 nexthop via 192.0.2.11 dev in0 onlink
            ip route add blackhole 203.0.113.0/24
            ip route add throw 10.0.0.0/8 table 7
            ip route add 10.1.0.0/16 via inet6 2001:db8::9 dev out0 table 1000
            ip route add 10.2.0.0/16 via 192.0.2.9 tos 0x10 proto 196
            ip -6 route add default via 2001:db8::9 proto static
            ip -6 route add 2001:db8:1::/48 nexthop via 2001:db8::2 weight 2 nexthop via 2001:db8:7::3
            ip -6 route add unreachable 2001:db8:2::/48 metric 7
            ip -6 route add default from 2001:db8:9::/48 via 2001:db8::8 table 300
            """,
            in: namespace
        )
        // The kernel adds link-local routes when duplicate address detection is over: both look after that.
        try NamespaceTool.run(
            "while ip -6 address show tentative | grep -q .; do sleep 0.05; done",
            in: namespace
        )
        let (links, read) = try namespace.perform {
            (try RouteReader.links(), try RouteReader.routes(family: family))
        }
        let flag = family == .ip ? "-4" : "-6"
        let listed: [IPRoute] = try NamespaceTool.json("ip \(flag) -j route show table all", in: namespace)
        let name = { (index: InterfaceIndex?) in
            links.first { $0.index == index }?.name.description ?? "-"
        }
        #expect(read.map { describe($0, name) } == listed.map { describe($0) })
        #expect(read.count > 8)
        #expect(read.allSatisfy { $0.family == family })
    }

    /// One line for one route, from what was read.
    private func describe(_ route: Route, _ name: (InterfaceIndex?) -> String) -> String {
        let isSplit = route.nextHops.count > 1
        let hops = route.nextHops.map { hop in
            let weight = isSplit ? " \(hop.weight) \(hop.flags.contains(.onLink))" : ""
            return "\(hop.gateway?.description ?? "-")%\(name(hop.interface))\(weight)"
        }
        let isAll = route.destination.length == 0
        return [
            "\(route.kind)", isAll ? "default" : "\(route.destination)", route.source?.description ?? "-",
            hops.isEmpty ? "-%-" : hops.joined(separator: ","), "\(route.table)", "\(route.origin)",
            "\(route.scope)", route.preferredSource?.description ?? "-", "\(route.metric)",
            "\(route.typeOfService)",
        ].joined(separator: " ")
    }

    /// The same line from what ip(8) printed; it leaves out what is usual.
    private func describe(_ route: IPRoute) -> String {
        let hops = route.nexthops?.map { hop in
            "\(hop.gateway ?? "-")%\(hop.dev ?? "-") \(hop.weight) \(hop.flags.contains("onlink"))"
        }
        let single = "\(route.gateway ?? route.via?.host ?? "-")%\(route.dev ?? "-")"
        let service = route.tos.flatMap { UInt8($0.dropFirst(2), radix: 16) } ?? 0
        return [
            route.type ?? "unicast", route.dst, route.from ?? "-", hops?.joined(separator: ",") ?? single,
            route.table ?? "main", route.protocol ?? "boot", route.scope ?? "global", route.prefsrc ?? "-",
            "\(route.metric ?? 0)", "\(service)",
        ].joined(separator: " ")
    }

    @Test(arguments: [AddressFamily.ip, .ip6])
    func rulesAreThoseThatIpLists(_ family: AddressFamily) throws {
        let namespace = try NetworkNamespace.make()
        try NamespaceTool.run(
            """
            ip rule add priority 40 goto 32766
            ip rule add priority 101 from 10.0.0.0/24 to 198.51.100.0/24 fwmark 0x10/0xff iif gone0 oif lo \
                lookup 1000
            ip rule add priority 102 fwmark 0x20 prohibit
            ip -6 rule add priority 50 from 2001:db8:9::/48 to 2001:db8:8::1 lookup 300
            ip -6 rule add priority 51 blackhole iif lo fwmark 0x7/0x7
            """,
            in: namespace
        )
        let read = try namespace.perform { try RouteReader.rules(family: family) }
        let flag = family == .ip ? "-4" : "-6"
        let listed: [IPRule] = try NamespaceTool.json("ip \(flag) -j rule", in: namespace)
        #expect(read.map(\.priority) == listed.map(\.priority))
        for (rule, wanted) in zip(read, listed) {
            #expect(rule.source == prefix(wanted.src, wanted.srclen, of: family))
            #expect(rule.destination == prefix(wanted.dst ?? "all", wanted.dstlen, of: family))
            #expect(rule.mark?.value == wanted.fwmark.flatMap { UInt32($0.dropFirst(2), radix: 16) })
            if let mask = wanted.fwmask { #expect(rule.mark?.mask == UInt32(mask.dropFirst(2), radix: 16)) }
            #expect(rule.inInterface?.description == wanted.iif)
            #expect(rule.outInterface?.description == wanted.oif)
            if let table = wanted.table { #expect(rule.table.description == table) }
            if let goto = wanted.goto { #expect(rule.action == .goto(priority: goto)) }
            if wanted.action == nil, wanted.goto == nil { #expect(rule.action == .lookup) }
            if let action = wanted.action { #expect("\(rule.action)" == action) }
            #expect(rule.notUnderstood == [])
        }
        #expect(read.count == (family == .ip ? 6 : 4))
    }

    private func prefix(_ text: String, _ length: Int?, of family: AddressFamily) -> Prefix? {
        guard text != "all", let address = IPAddress(text) else { return Prefix(everyAddressOf: family) }
        return Prefix(address, length: length ?? address.bitWidth)
    }
}
