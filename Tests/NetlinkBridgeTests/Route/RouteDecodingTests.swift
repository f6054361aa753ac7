import NetlinkBridge
import Testing

/// Expected values are what `ip -j route show table all` printed when the bytes were captured.
///
/// In that namespace wan0 is interface 3 and tun0, whose carrier is off, interface 7.
struct RouteDecodingTests {
    @Test func routesOfEveryKindAreRead() throws {
        let routes = try decode("Route/routes4")
        #expect(routes.count == 18)
        #expect(
            try Array(routes.prefix(10)) == [
                route("10.0.0.0/8", table: 7, kind: .throw),
                route("10.1.0.0/16", table: 1000, hops: [hop("fe80::1", 3)]),
                route("0.0.0.0/0", hops: [hop("192.0.2.254", 3)], source: "192.0.2.2", metric: 100),
                route("10.2.0.0/16", hops: [hop("192.0.2.9", 3)], origin: 196, service: 0x10),
                route(
                    "10.9.0.2",
                    hops: [hop(nil, 7, flags: .linkDown)],
                    source: "10.9.0.1",
                    scope: .link,
                    origin: 2
                ),
                route("192.0.2.0/24", hops: [hop(nil, 3)], source: "192.0.2.1", scope: .link, origin: 2),
                route(
                    "198.51.100.0/24",
                    hops: [
                        hop("192.0.2.10", 3), hop("10.9.0.2", 7, weight: 3, flags: [.onLink, .linkDown]),
                    ],
                    origin: 4
                ),
                route("203.0.113.0/25", kind: .unreachable, metric: 5),
                route("203.0.113.0/24", kind: .blackhole),
                route("203.0.113.128/25", kind: .prohibit),
            ]
        )
        #expect(routes.suffix(8).allSatisfy { $0.table == .local })
        #expect(routes.filter { $0.kind == .local }.count == 6)
        #expect(routes.filter { $0.kind == .broadcast }.map(\.scope) == [.link, .link])
        #expect(routes[2].gateway?.description == "192.0.2.254")
        #expect(routes[6].gateway == nil)
    }

    @Test func routesForAPrefixOfSourcesAreRead() throws {
        let routes = try decode("Route/routes6")
        let bySource = try #require(routes.first { $0.source != nil })
        #expect(bySource.source?.description == "2001:db8:9::/48")
        #expect(bySource.destination.description == "::/0")
        #expect(bySource.gateway?.description == "fe80::9")
        #expect(bySource.metric == 1024)
        let split = try #require(routes.first { $0.destination.description == "2001:db8:1::/48" })
        #expect(try split.nextHops == [hop("fe80::2", 3, weight: 2), hop("fe80::3", 7, flags: .linkDown)])
        // The kernel names the loopback interface for an IPv6 blackhole.
        let hole = try #require(routes.first { $0.kind == .blackhole })
        #expect(hole.destination.description == "2001:db8:2::/48")
        #expect(hole.outInterface == 1)
        #expect(
            routes.filter { $0.destination.description == "ff00::/8" }.map(\.outInterface) == [2, 3, 4, 7]
        )
    }

    @Test func anUnknownKindIsKept() throws {
        // `struct rtmsg`: AF_INET, /0, table 254, protocol boot, scope universe, type 200.
        let payload: [UInt8] = [2, 0, 0, 0, 254, 3, 0, 200, 0, 0, 0, 0]
        let route = try Route(decoding: payload.span)
        #expect(route.kind == .other(200))
        let tooLong: [UInt8] = [2, 33] + payload.dropFirst(2)
        #expect(throws: DecodingError(what: "no ip prefix of length 33", offset: 1)) {
            try Route(decoding: tooLong.span)
        }
        let otherFamily: [UInt8] = [28] + payload.dropFirst()
        #expect(throws: DecodingError(what: "an address family (28) other than IPv4 and IPv6", offset: 0)) {
            try Route(decoding: otherFamily.span)
        }
    }

    private func decode(_ path: String) throws -> [Route] {
        try HexFixture(path).payloads(ofType: MessageType.newRoute).map { try Route(decoding: $0.span) }
    }

    private func hop(
        _ gateway: String?,
        _ index: UInt32,
        weight: Int = 1,
        flags: NextHop.Flags = []
    ) throws -> NextHop {
        NextHop(
            gateway: try gateway.map { try address($0) },
            interface: InterfaceIndex(index),
            weight: weight,
            flags: flags
        )
    }

    private func route(
        _ destination: String,
        table: UInt32 = 254,
        kind: Route.Kind = .unicast,
        hops: [NextHop] = [],
        source: String? = nil,
        metric: UInt32 = 0,
        scope: RouteScope = .universe,
        origin: UInt8 = 3,
        service: UInt8 = 0
    ) throws -> Route {
        Route(
            family: .ip,
            table: RouteTable(rawValue: table),
            destination: try prefix(destination),
            kind: kind,
            nextHops: hops,
            preferredSource: try source.map { try address($0) },
            metric: metric,
            scope: scope,
            origin: RouteProtocol(rawValue: origin),
            typeOfService: service
        )
    }
}
