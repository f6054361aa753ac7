import NetlinkBridge
import Testing

/// Expected values are what `ip -j -d link` and `ip -j address` printed when the bytes were captured.
struct LinkDecodingTests {
    @Test func linksAreReadAsIpPrintsThem() throws {
        let payloads = try HexFixture("Route/links").payloads(ofType: MessageType.newLink)
        let links = try payloads.map { try Link(decoding: $0.span) }
        #expect(links.map(\.index) == [1, 2, 3, 4, 5, 6, 7])
        let odd = KernelName(bytes: [0x65, 0x1B, 0x5B, 0x32, 0x4A, 0xFF])
        #expect(links.map(\.name) == ["lo", "wan1", "wan0", "br0", "down0", odd, "tun0"])
        #expect(links[5].name.description == "e\\x1b[2J\\xff")
        #expect(links.map(\.kind) == [nil, "veth", "veth", "bridge", "veth", "veth", "tun"])
        #expect(links.map(\.mtu) == [65536, 1500, 1400, 1500, 1500, 1500, 1500])
        #expect(links.map(\.master) == [nil, 4, nil, nil, nil, nil, nil])
        #expect(links.map(\.lower) == [nil, 3, 2, nil, 6, 5, nil])
        #expect(links.map(\.lowerNamespace) == Array(repeating: nil, count: 7))
        #expect(links.map(\.operationalState) == [.unknown, .up, .up, .up, .down, .down, .down])
        #expect(links.map { $0.flags.contains(.up) } == [true, true, true, true, false, false, true])
        #expect(links.map { $0.flags.contains(.running) } == [true, true, true, true, false, false, false])
        #expect(links.filter { $0.flags.contains(.loopback) }.map(\.name) == ["lo"])
        #expect(links.filter { $0.flags.contains(.pointToPoint) }.map(\.name) == ["tun0"])
    }

    @Test func addressesAreReadAsIpPrintsThem() throws {
        let payloads = try HexFixture("Route/addresses").payloads(ofType: MessageType.newAddress)
        let addresses = try payloads.map { try InterfaceAddress(decoding: $0.span) }
        let shown = addresses.map { address in
            let peer = address.peer.map { " peer \($0)" } ?? ""
            return "\(address.interface) \(address.address)\(peer)/\(address.prefixLength) \(address.scope)"
        }
        #expect(
            shown == [
                "1 127.0.0.1/8 host",
                "3 192.0.2.1/24 global",
                "3 192.0.2.2/24 global",
                "3 192.0.2.3/24 global",
                "7 10.9.0.1 peer 10.9.0.2/32 global",
                "1 ::1/128 host",
                "2 fe80::8859:cfff:fe4e:8781/64 link",
                "3 2001:db8::3/64 global",
                "3 2001:db8::1/64 global",
                "3 fe80::1816:9ff:fe27:3620/64 link",
                "4 fe80::8859:cfff:fe4e:8781/64 link",
                "7 fd00::1 peer fd00::2/128 global",
            ]
        )
        let named = { (flag: InterfaceAddress.Flags) in
            addresses.filter { $0.flags.contains(flag) }.map(\.address.description)
        }
        #expect(named(.secondary) == ["192.0.2.2", "192.0.2.3"])
        #expect(named(.deprecated) == ["192.0.2.3"])
        #expect(named(.tentative) == ["2001:db8::3", "fe80::8859:cfff:fe4e:8781"])
        #expect(addresses.last { $0.flags.contains(.tentative) }?.interface == 4)
        #expect(named(.duplicate) == [])
        #expect(addresses.filter { $0.peer != nil }.map(\.prefix?.description) == ["10.9.0.2", "fd00::2"])
    }

    @Test func aLinkWithoutANameIsRefused() throws {
        // `struct ifinfomsg` alone, interface 7.
        let payload: [UInt8] = [0, 0, 1, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        #expect(throws: DecodingError(what: "an interface without a name", offset: 16)) {
            try Link(decoding: payload.span)
        }
        let cut = Array(payload.dropLast())
        #expect(throws: DecodingError(what: "no header of 16 bytes", offset: 0)) {
            try Link(decoding: cut.span)
        }
    }
}
