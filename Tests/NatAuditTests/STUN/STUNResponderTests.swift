import NatAudit
import NetlinkBridge
import Testing

struct STUNResponderTests {
    private let responder = STUNResponder()
    private let transaction = "b7 e7 a7 01 bc 34 d6 86 fa 87 df ae"

    @Test func theSmallestRequestGetsTheSmallestAnswer() throws {
        let request = bytes("00 01 00 00 21 12 a4 42 \(transaction)")
        let source = try #require(Endpoint("192.0.2.1:32853"))
        // The bytes of the address are those of RFC 5769 section 2.2.
        let answer = bytes("01 01 00 0c 21 12 a4 42 \(transaction) 00 20 00 08 00 01 a1 47 e1 12 a6 43")
        #expect(responder.answer(to: request, from: source) == answer)
        #expect(answer.count == 32)
    }

    @Test func overIPv6ItHas44Bytes() throws {
        let request = bytes("00 01 00 00 21 12 a4 42 \(transaction)")
        let source = try #require(Endpoint("[2001:db8:1234:5678:11:2233:4455:6677]:32853"))
        let answer = bytes(
            """
            01 01 00 18 21 12 a4 42 \(transaction)
            00 20 00 14 00 02 a1 47 01 13 a9 fa a5 d3 f1 79 bc 25 f4 b5 be d2 b9 d9
            """
        )
        #expect(responder.answer(to: request, from: source) == answer)
    }

    @Test func whatIsNotComprehendedIsRefusedByName() throws {
        // CHANGE-REQUEST, which a server with one address cannot obey, and an attribute that does not exist.
        let request = bytes(
            "00 01 00 10 21 12 a4 42 \(transaction) 00 03 00 04 00 00 00 06 7f ff 00 00 80 ff 00 00"
        )
        let answer = bytes(
            "01 11 00 10 21 12 a4 42 \(transaction) 00 09 00 04 00 00 04 14 00 0a 00 04 00 03 7f ff"
        )
        #expect(try responder.answer(to: request, from: #require(Endpoint("192.0.2.1:1"))) == answer)
    }

    @Test(arguments: [
        ("a success response", "01 01 00 00 21 12 a4 42"), ("an error response", "01 11 00 00 21 12 a4 42"),
        ("an indication", "00 11 00 00 21 12 a4 42"), ("another method", "00 03 00 00 21 12 a4 42"),
        ("a bad cookie", "00 01 00 00 21 12 a4 43"), ("a wrong length", "00 01 00 04 21 12 a4 42"),
    ])
    func silenceMeets(_ name: String, _ header: String) throws {
        let source = try #require(Endpoint("192.0.2.1:1"))
        #expect(responder.answer(to: bytes("\(header) \(transaction)"), from: source) == nil, "\(name)")
    }

    @Test func aRequestFromAnIceAgentIsRefusedForItsPriority() throws {
        let source = try #require(Endpoint("192.0.2.1:1"))
        let answer = try #require(responder.answer(to: RFC5769.request, from: source))
        #expect(try STUNMessage(decoding: answer).unknownAttributes()?.map(\.rawValue) == [0x0024])
        #expect(answer.count < RFC5769.request.count)
    }
}
