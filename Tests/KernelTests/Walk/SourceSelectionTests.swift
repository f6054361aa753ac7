import NetlinkBridge
import Testing

@testable import NatAudit

/// The choice of IPv6 source addresses against the kernel, which tells its own with a route (RTM_GETROUTE).
struct SourceSelectionTests {
    private static let destinations = [
        "2001:db8:1::99", "2001:db8:2::99", "2001:db8:ffff::1", "3fff:1::1", "fd00:1::99", "fd00:2::99", "fe80::99",
        "2001:db8:1::a", "::1", "ff02::5", "ff0e::5", "fec0::9",
    ]

    @Test(arguments: [
        ["2001:db8:1::1/64 dev one"],
        ["2001:db8:1::1/64 dev one", "2001:db8:2::1/64 dev one", "fd00:1::1/64 dev one"],
        ["2001:db8:1::1/64 dev one", "2001:db8:1::a/64 dev one", "2001:db8:1::b/128 dev one"],
        ["2001:db8:1::1/64 dev one preferred_lft 0", "2001:db8:2::1/64 dev one"],
        ["2001:db8:1::1/64 dev one preferred_lft 0", "2001:db8:2::1/64 dev two"],
        ["2001:db8:2::1/64 dev two"],
        ["2001:db8:2::1/64 dev two", "fd00:2::1/64 dev two"],
        ["2001:db8:1::1/32 dev one", "2001:db8:2::1/64 dev one", "2001:db8:2::1/64 dev two"],
        [],
    ])
    func theAddressIsTheKernels(_ addresses: [String]) throws {
        let host = try LabHost()
        // The links' own addresses are to be usable at once: while they are being looked for elsewhere, less is told.
        try host.set(["net/ipv6/conf/default/dad_transmits": "0", "net/ipv6/conf/default/accept_dad": "0"])
        try host.ip(
            ["one", "two"].flatMap {
                ["link add \($0) type veth peer name \($0)-end", "link set \($0) up", "link set \($0)-end up"]
            }
        )
        try Self.waitForLinks(host)
        try host.ip(
            addresses.map { "address add \($0) nodad" } + ["route add default dev one", "route add fec0::/16 dev one"]
        )
        let (held, ways) = try host.namespace.perform {
            let held = try RouteReader.addresses()
            return (held, try Self.destinations.map { text in try Self.way(to: text) })
        }
        var told = 0
        for (destination, way) in zip(Self.destinations, ways) {
            guard let way, let address = IPAddress(destination) else { continue }
            let selection = SourceSelection(addresses: held, interface: way.interface, destination: address)
            guard let chosen = selection.address else { continue }
            told += 1
            #expect(chosen == way.source, "to \(destination)")
        }
        #expect(told > 3)
    }

    /// Links carry nothing until the kernel has looked at them, a second later or so; then they have addresses of their own.
    private static func waitForLinks(_ host: LabHost) throws {
        let deadline = ContinuousClock.now + .seconds(20)
        try host.namespace.perform {
            while try RouteReader.addresses().count(where: { $0.address.isLinkLocal }) < 4 {
                try #require(ContinuousClock.now < deadline)
                _ = try waitUntilReadable([], for: .milliseconds(10))
            }
        }
    }

    private static func way(to text: String) throws -> (interface: UInt32, source: IPAddress)? {
        guard let destination = IPAddress(text),
            case .found(let route) = try RouteReader.lookup(destination: destination),
            let source = route.preferredSource, let interface = route.nextHops.first?.interface ?? route.outInterface
        else { return nil }
        return (interface.number, source)
    }
}
