import NatAudit
import NetlinkBridge
import Testing

/// A server of RFC 5780: two addresses, two ports.
struct DiscoveryResponderTests {
    private let transaction = "b7 e7 a7 01 bc 34 d6 86 fa 87 df ae"
    private let source: Endpoint
    private let discovery: DiscoveryEndpoints

    init() throws {
        source = try #require(Endpoint("192.0.2.1:32853"))
        discovery = try DiscoveryEndpoints(
            addresses: [.v4(0xCB00_710A), .v4(0xCB00_710B)],
            ports: [3478, 3479]
        )
    }

    /// The answer to a Binding request with these attributes, each with its header, at an endpoint.
    private func answer(
        _ attributes: String = "",
        at local: String = "203.0.113.10:3478",
        _ policy: STUNServerPolicy = STUNServerPolicy()
    ) throws -> Reply? {
        let body = bytes(attributes)
        let header = bytes("00 01") + [UInt8(body.count >> 8), UInt8(body.count & 0xFF)]
        let request = header + bytes("21 12 a4 42 \(transaction)") + body
        let answer = STUNResponder(discovery: discovery, policy: policy)
            .answer(to: request, from: source, at: try #require(Endpoint(local)))
        if policy.isStrict, let answer { #expect(answer.bytes.count <= request.count) }
        return answer
    }

    /// Section 6.1, byte for byte: XOR-MAPPED-ADDRESS, OTHER-ADDRESS, RESPONSE-ORIGIN and MAPPED-ADDRESS.
    @Test func aBareRequestGetsAllThatTheRFCDemands() throws {
        let answer = try #require(try answer())
        let expected = bytes(
            """
            01 01 00 30 21 12 a4 42 \(transaction)
            00 20 00 08 00 01 a1 47 e1 12 a6 43
            80 2c 00 08 00 01 0d 97 cb 00 71 0b
            80 2b 00 08 00 01 0d 96 cb 00 71 0a
            00 01 00 08 00 01 80 55 c0 00 02 01
            """
        )
        #expect(answer.bytes == expected)
        #expect(answer.bytes.count == 68)
        #expect(answer.destination == source)
    }

    /// Section 6.1, table 1, at all four endpoints: Da, Dp, Ca and Cp as they stand there.
    @Test(arguments: [
        ("203.0.113.10", 3478, "203.0.113.11", 3479), ("203.0.113.10", 3479, "203.0.113.11", 3478),
        ("203.0.113.11", 3478, "203.0.113.10", 3479), ("203.0.113.11", 3479, "203.0.113.10", 3478),
    ])
    func theFlagsSayWhereAnAnswerComesFrom(_ da: String, _ dp: Int, _ ca: String, _ cp: Int) throws {
        let cases = [
            ("", "\(da):\(dp)"), ("00 03 00 04 00 00 00 00", "\(da):\(dp)"),
            ("00 03 00 04 00 00 00 04", "\(ca):\(dp)"), ("00 03 00 04 00 00 00 02", "\(da):\(cp)"),
            ("00 03 00 04 00 00 00 06", "\(ca):\(cp)"),
            // The other bits are zero when sent and not looked at when received.
            ("00 03 00 04 ff ff ff fb", "\(da):\(cp)"),
        ]
        for (attributes, origin) in cases {
            let answer = try #require(try answer(attributes, at: "\(da):\(dp)"))
            let message = try STUNMessage(decoding: answer.bytes)
            #expect(answer.origin == Endpoint(origin), "\(attributes)")
            #expect(message.endpoint(.responseOrigin) == Endpoint(origin), "\(attributes)")
            #expect(message.endpoint(.otherAddress) == Endpoint("\(ca):\(cp)"), "\(attributes)")
            #expect(try message.mappedEndpoint() == source)
            #expect(answer.destination == source)
        }
    }

    @Test func behindAOneToOneTranslationThePublicAddressesAreTold() throws {
        let inside = try DiscoveryEndpoints(
            addresses: [.v4(0x0A00_010A), .v4(0x0A00_010B)],
            ports: [3478, 3479],
            publicAddresses: [.v4(0xCB00_710A), .v4(0xCB00_710B)]
        )
        let request = bytes("00 01 00 08 21 12 a4 42 \(transaction) 00 03 00 04 00 00 00 06")
        let inner = try #require(Endpoint("10.0.1.10:3478"))
        let answer = try #require(
            STUNResponder(discovery: inside)
                .answer(to: request, from: source, at: inner)
        )
        let message = try STUNMessage(decoding: answer.bytes)
        #expect(answer.origin == Endpoint("10.0.1.11:3479"))
        #expect(message.endpoint(.responseOrigin) == Endpoint("203.0.113.11:3479"))
        #expect(message.endpoint(.otherAddress) == Endpoint("203.0.113.11:3479"))
    }

    @Test(arguments: ["00 03 00 00", "00 03 00 02 00 06 00 00", "00 03 00 08 00 00 00 06 00 00 00 00"])
    func aChangeRequestOfTheWrongLengthIsABadRequest(_ attribute: String) throws {
        let answer = try #require(try answer(attribute))
        #expect(answer.bytes == bytes("01 11 00 08 21 12 a4 42 \(transaction) 00 09 00 04 00 00 04 00"))
        #expect(answer.origin == Endpoint("203.0.113.10:3478"))
    }

    /// Section 7.5: not supported, it is one more attribute that must be comprehended and is not.
    @Test func responsePortIsRefusedUnlessItIsAskedFor() throws {
        for attributes in ["00 27 00 04 00 09 00 00", "00 27 00 04 00 09 00 00 00 26 00 04 00 00 00 00"] {
            let answer = try #require(try answer(attributes))
            let refusal = bytes(
                "01 11 00 10 21 12 a4 42 \(transaction) 00 09 00 04 00 00 04 14 00 0a 00 02 00 27 00 00"
            )
            #expect(answer.bytes == refusal)
            #expect(answer.destination == source)
        }
    }

    @Test(arguments: ["00 27 00 04 00 09 00 00", "00 27 00 02 00 09 00 00"])
    func whereItIsAskedForResponsePortLeadsToAnotherPortOfTheSource(_ attribute: String) throws {
        let answer = try #require(try answer(attribute, STUNServerPolicy(obeysResponsePort: true)))
        #expect(answer.destination == Endpoint("192.0.2.1:9"))
        // The mapped address is where the request came from (section 6.1), whatever the answer's way.
        #expect(try STUNMessage(decoding: answer.bytes).mappedEndpoint() == source)
    }

    @Test(arguments: [
        // With PADDING (section 7.5), of the wrong length, and port 0.
        "00 27 00 04 00 09 00 00 00 26 00 04 00 00 00 00", "00 27 00 00", "00 27 00 04 00 00 00 00",
    ])
    func aResponsePortThatCannotBeObeyedIsABadRequest(_ attributes: String) throws {
        let answer = try #require(try answer(attributes, STUNServerPolicy(obeysResponsePort: true)))
        #expect(answer.bytes == bytes("01 11 00 08 21 12 a4 42 \(transaction) 00 09 00 04 00 00 04 00"))
        #expect(answer.destination == source)
    }

    /// Section 7.6, with what a forged source must not gain: as many bytes as the request brought, 1500 at most.
    @Test(arguments: [(0, 0), (4, 4), (5, 8), (1400, 1400), (1500, 1500), (1501, 1500), (2000, 1500)])
    func paddingIsMetWithPadding(_ asked: Int, _ answered: Int) throws {
        let request = STUNMessage(
            STUNMessageType(.binding, .request),
            transaction: RFC5769.transaction,
            attributes: [STUNAttribute(padding: asked)]
        ).encoded()
        let local = try #require(Endpoint("203.0.113.10:3478"))
        for discovery in [nil, discovery] {
            let answer = STUNResponder(discovery: discovery).answer(to: request, from: source, at: local)
            let message = try STUNMessage(decoding: #require(answer).bytes)
            #expect(message.first(.padding)?.value.count == answered)
        }
    }

    @Test func aStrictServerLeavesOutWhatWouldMakeTheAnswerLonger() throws {
        let strict = STUNServerPolicy(isStrict: true)
        #expect(try answer("", strict) == nil)
        #expect(try answer("00 03 00 04 00 00 00 06", strict) == nil)
        // The attributes that fit beside so many bytes of PADDING, the rest of which is given back as PADDING.
        let cases: [(Int, [UInt16], Int?)] = [
            (8, [0x0020], nil), (12, [0x0020, 0x0026], 0), (20, [0x0020, 0x802C], nil),
            (32, [0x0020, 0x802C, 0x802B], nil), (44, [0x0020, 0x802C, 0x802B, 0x0001], nil),
            (48, [0x0020, 0x802C, 0x802B, 0x0001, 0x0026], 0),
            (1500, [0x0020, 0x802C, 0x802B, 0x0001, 0x0026], 1452),
        ]
        for (count, kinds, padding) in cases {
            let attribute =
                "00 26 \(hex(count >> 8)) \(hex(count & 0xFF)) "
                + String(repeating: "00 ", count: count)
            let answer = try #require(try answer(attribute, strict), "\(count) bytes of padding")
            let message = try STUNMessage(decoding: answer.bytes)
            #expect(message.attributes.map(\.type.rawValue) == kinds, "\(count) bytes of padding")
            #expect(message.first(.padding)?.value.count == padding)
        }
        // A refusal that fits is sent, one that does not is not.
        #expect(try answer("00 27 00 04 00 09 00 00", strict) == nil)
        #expect(try answer("00 27 00 04 00 09 00 00 80 ff 00 04 00 00 00 00", strict) != nil)
    }

    /// RFC 3489 sections 8.1 and 11.2: MAPPED-ADDRESS, CHANGED-ADDRESS and SOURCE-ADDRESS.
    @Test func anOldRequestGetsTheThreeOldAddresses() throws {
        let request = bytes("00 01 00 08 01 02 03 04 \(transaction) 00 03 00 04 00 00 00 04")
        let local = try #require(Endpoint("203.0.113.10:3478"))
        let answer = try #require(STUNResponder(discovery: discovery).answer(to: request, from: source, at: local))
        let expected = bytes(
            """
            01 01 00 24 01 02 03 04 \(transaction)
            00 01 00 08 00 01 80 55 c0 00 02 01
            00 05 00 08 00 01 0d 97 cb 00 71 0b
            00 04 00 08 00 01 0d 96 cb 00 71 0b
            """
        )
        #expect(answer.bytes == expected)
        #expect(answer.origin == Endpoint("203.0.113.11:3478"))
    }

    @Test func twoOfEachAreNeeded() throws {
        let first = IPAddress.v4(1)
        let second = IPAddress.v4(2)
        let wrong: [([IPAddress], [UInt16])] = [
            ([], [1, 2]), ([first], [1, 2]), ([first, first], [1, 2]), ([first, second, .v4(3)], [1, 2]),
            ([first, .v6(high: 0, low: 1)], [1, 2]), ([first, second], [1]), ([first, second], [1, 1]),
            ([first, second], [0, 1]),
        ]
        for (addresses, ports) in wrong {
            #expect(throws: STUNServerError.noPair(addresses, ports)) {
                try DiscoveryEndpoints(addresses: addresses, ports: ports)
            }
        }
    }

    private func hex(_ byte: Int) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
}
