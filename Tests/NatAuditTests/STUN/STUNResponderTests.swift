import NatAudit
import NetlinkBridge
import Testing

/// A plain server: one address, RFC 8489.
struct STUNResponderTests {
    private let transaction = "b7 e7 a7 01 bc 34 d6 86 fa 87 df ae"

    /// What a responder sends back to a source in text form.
    private func answer(
        _ request: [UInt8],
        from source: String = "192.0.2.1:32853",
        _ policy: STUNServerPolicy = STUNServerPolicy()
    ) throws -> [UInt8]? {
        let source = try #require(Endpoint(source))
        let local = try #require(Endpoint("198.51.100.1:3478"))
        let answer = STUNResponder(policy: policy).answer(to: request, from: source, at: local)
        #expect(answer == nil || answer?.origin == local)
        #expect(answer == nil || answer?.destination == source)
        return answer?.bytes
    }

    @Test func theSmallestRequestGetsTheSmallestAnswer() throws {
        let request = bytes("00 01 00 00 21 12 a4 42 \(transaction)")
        // The bytes of the address are those of RFC 5769 section 2.2.
        let expected = bytes("01 01 00 0c 21 12 a4 42 \(transaction) 00 20 00 08 00 01 a1 47 e1 12 a6 43")
        #expect(try answer(request) == expected)
        #expect(expected.count == 32)
    }

    @Test func overIPv6ItHas44Bytes() throws {
        let request = bytes("00 01 00 00 21 12 a4 42 \(transaction)")
        let expected = bytes(
            """
            01 01 00 18 21 12 a4 42 \(transaction)
            00 20 00 14 00 02 a1 47 01 13 a9 fa a5 d3 f1 79 bc 25 f4 b5 be d2 b9 d9
            """
        )
        #expect(try answer(request, from: "[2001:db8:1234:5678:11:2233:4455:6677]:32853") == expected)
    }

    @Test func whatIsNotComprehendedIsRefusedByName() throws {
        // CHANGE-REQUEST, which a server with one address cannot obey, and an attribute that does not exist.
        let request = bytes(
            "00 01 00 10 21 12 a4 42 \(transaction) 00 03 00 04 00 00 00 06 7f ff 00 00 80 ff 00 00"
        )
        let expected = bytes(
            "01 11 00 10 21 12 a4 42 \(transaction) 00 09 00 04 00 00 04 14 00 0a 00 04 00 03 7f ff"
        )
        #expect(try answer(request) == expected)
    }

    /// RFC 5780 section 6.1: "the server does not have an alternate address and port" is enough; what the flags say
    /// is not looked at.
    @Test(arguments: ["00", "02", "04", "06"])
    func everyChangeRequestIsRefusedWhereThereIsNoOtherAddress(_ flags: String) throws {
        let request = bytes("00 01 00 08 21 12 a4 42 \(transaction) 00 03 00 04 00 00 00 \(flags)")
        let expected = bytes(
            "01 11 00 10 21 12 a4 42 \(transaction) 00 09 00 04 00 00 04 14 00 0a 00 02 00 03 00 00"
        )
        #expect(try answer(request) == expected)
    }

    @Test(arguments: [
        ("a success response", "01 01 00 00 21 12 a4 42"), ("an error response", "01 11 00 00 21 12 a4 42"),
        ("an indication", "00 11 00 00 21 12 a4 42"), ("another method", "00 03 00 00 21 12 a4 42"),
        ("a wrong length", "00 01 00 04 21 12 a4 42"), ("the top bits", "c0 01 00 00 21 12 a4 42"),
        ("an old response", "01 01 00 00 01 02 03 04"), ("an old shared secret request", "00 02 00 00 01 02 03 04"),
    ])
    func silenceMeets(_ name: String, _ header: String) throws {
        #expect(try answer(bytes("\(header) \(transaction)")) == nil, "\(name)")
    }

    @Test func aRequestFromAnIceAgentIsRefusedForItsPriority() throws {
        let refusal = try #require(try answer(RFC5769.request))
        let message = try STUNMessage(decoding: refusal)
        #expect(try message.unknownAttributes()?.map(\.rawValue) == [0x0024])
        #expect(message.hasFingerprint)
        #expect(refusal.count < RFC5769.request.count)
    }

    /// What tailscaled sends and Tailscale's and Coder's servers insist on: SOFTWARE `tailnode`, FINGERPRINT.
    @Test func aTailscaleNodeGetsItsFingerprintBack() throws {
        var request = STUNMessage(
            STUNMessageType(.binding, .request),
            transaction: RFC5769.transaction,
            attributes: [STUNAttribute(software: "tailnode")],
            hasFingerprint: true
        ).encoded()
        #expect(request.count == 40)
        let strict = STUNServerPolicy(isStrict: true)
        for policy in [STUNServerPolicy(), strict] {
            let reply = try #require(try answer(request, policy))
            #expect(reply.count == 40)
            let message = try STUNMessage(decoding: reply)
            #expect(message.hasFingerprint)
            #expect(try message.mappedEndpoint() == Endpoint("192.0.2.1:32853"))
        }
        request[39] ^= 1
        #expect(try answer(request) == nil)
    }

    /// RFC 5389 section 12.2: what stood in the cookie's place is copied, and the address is in the clear.
    @Test func aRequestOfRFC3489IsAnsweredInItsTerms() throws {
        let request = bytes("00 01 00 00 01 02 03 04 \(transaction)")
        let expected = bytes("01 01 00 0c 01 02 03 04 \(transaction) 00 01 00 08 00 01 80 55 c0 00 02 01")
        #expect(try answer(request) == expected)
    }

    /// RFC 3489 section 11.2.9: the list's length is a multiple of 4, if need be with one of them twice.
    @Test func aRefusalInTermsOfRFC3489NamesAnOddAttributeTwice() throws {
        let request = bytes("00 01 00 08 01 02 03 04 \(transaction) 00 03 00 04 00 00 00 00")
        let expected = bytes(
            "01 11 00 10 01 02 03 04 \(transaction) 00 09 00 04 00 00 04 14 00 0a 00 04 00 03 00 03"
        )
        #expect(try answer(request) == expected)
    }

    @Test func nobodyIsAnsweredElsewhereForResponseAddress() throws {
        // 198.51.100.7:9, in a request of RFC 3489 section 11.2.2.
        let request = bytes("00 01 00 0c 01 02 03 04 \(transaction) 00 02 00 08 00 01 00 09 c6 33 64 07")
        let refusal = try #require(try answer(request))
        #expect(Array(refusal.prefix(2)) == [0x01, 0x11])
    }
}
