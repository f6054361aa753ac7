import NatAudit
import NetlinkBridge
import Testing

/// What becomes of the endpoints that a user names.
struct STUNServerLayoutTests {
    private func layout(
        _ endpoints: [String],
        _ alternate: STUNServerLayout.AlternatePort = .next,
        known: [IPAddress: IPAddress] = [:]
    ) throws -> STUNServerLayout {
        let endpoints = try endpoints.map { try #require(Endpoint($0)) }
        return try STUNServerLayout(listeningOn: endpoints, alternate: alternate, publicAddresses: known)
    }

    /// The groups and the plain endpoints in text form.
    private func words(_ layout: STUNServerLayout) -> [[String]] {
        layout.discovery.map { $0.endpoints.map(\.description) } + [layout.plain.map(\.description)]
    }

    @Test func twoAddressesWithOnePortGetASecondOne() throws {
        let four = ["192.0.2.1:3478", "192.0.2.1:3479", "192.0.2.2:3478", "192.0.2.2:3479"]
        #expect(try words(layout(["192.0.2.1:3478", "192.0.2.2:3478"])) == [four, []])
        let other = ["192.0.2.1:3478", "192.0.2.1:53", "192.0.2.2:3478", "192.0.2.2:53"]
        #expect(try words(layout(["192.0.2.1:3478", "192.0.2.2:3478"], .port(53))) == [other, []])
    }

    @Test func theFamiliesStandSideBySide() throws {
        let layout = try layout(["192.0.2.1:1", "[2001:db8::1]:5", "[2001:db8::2]:5", "192.0.2.2:1"])
        let expected = [
            ["192.0.2.1:1", "192.0.2.1:2", "192.0.2.2:1", "192.0.2.2:2"],
            ["[2001:db8::1]:5", "[2001:db8::1]:6", "[2001:db8::2]:5", "[2001:db8::2]:6"], [],
        ]
        #expect(words(layout) == expected)
    }

    @Test(arguments: [
        ["192.0.2.1:3478"], ["192.0.2.1:3478", "192.0.2.2:3479"], ["192.0.2.1:3478", "192.0.2.1:3479"],
        ["192.0.2.1:1", "192.0.2.2:1", "192.0.2.3:1"], ["192.0.2.1:1", "[2001:db8::1]:1"],
        ["192.0.2.1:0", "192.0.2.2:0"], ["192.0.2.1:65535", "192.0.2.2:65535"],
    ])
    func allElseIsPlain(_ endpoints: [String]) throws {
        #expect(try words(layout(endpoints)) == [endpoints])
        #expect(throws: STUNServerError.self) { try layout(endpoints, .port(0x4000), known: [.v4(1): .v4(2)]) }
    }

    @Test func noAlternatePortMakesTwoAddressesPlain() throws {
        #expect(try words(layout(["192.0.2.1:1", "192.0.2.2:1"], .none)) == [["192.0.2.1:1", "192.0.2.2:1"]])
    }

    @Test func aPublicAddressHasToBelongToATwosome() throws {
        let inside = [IPAddress.v4(0x0A00_0001), .v4(0x0A00_0002)]
        let known = [inside[1]: IPAddress.v4(0xC000_0202)]
        let layout = try layout(["10.0.0.1:1", "10.0.0.2:1"], known: known)
        #expect(layout.discovery.first?.publicAddresses == [inside[0], .v4(0xC000_0202)])
        #expect(throws: STUNServerError.publicWithoutPair(inside[1])) {
            try self.layout(["10.0.0.1:1"], known: known)
        }
        // Both known by one address would be no pair to anybody.
        #expect(throws: STUNServerError.self) {
            try self.layout(["10.0.0.1:1", "10.0.0.2:1"], known: [inside[0]: .v4(9), inside[1]: .v4(9)])
        }
    }
}
