import NatAudit
import NetlinkBridge
import Testing

struct RFC5769Tests {
    @Test func theRequestIsRead() throws {
        let message = try STUNMessage(decoding: RFC5769.request)
        #expect(message.type == STUNMessageType(.binding, .request))
        #expect(message.transaction == RFC5769.transaction)
        #expect(message.hasFingerprint)
        #expect(message.software == Array("STUN test client".utf8))
        #expect(message.first(.username)?.value == Array("evtj:h6vY".utf8))
        // PRIORITY and ICE-CONTROLLED, which nothing here knows, are kept.
        #expect(message.first(.init(rawValue: 0x0024))?.value == [0x6E, 0x00, 0x01, 0xFF])
        #expect(message.first(.init(rawValue: 0x8029))?.value == bytes("93 2f f9 b1 51 26 3b 36"))
    }

    @Test(arguments: [
        (RFC5769.responseIPv4, "192.0.2.1:32853"),
        (RFC5769.responseIPv6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853"),
    ])
    func theResponsesNameTheMappedAddress(_ vector: [UInt8], _ mapped: String) throws {
        let message = try STUNMessage(decoding: vector)
        #expect(message.type == STUNMessageType(.binding, .success))
        #expect(message.software == Array("test vector".utf8))
        #expect(try message.mappedEndpoint() == Endpoint(mapped))
    }

    @Test(arguments: [RFC5769.request, RFC5769.responseIPv4, RFC5769.responseIPv6])
    func whatWasReadIsWrittenAsItWas(_ vector: [UInt8]) throws {
        #expect(try STUNMessage(decoding: vector).encoded(padding: RFC5769.padding) == vector)
    }

    @Test func aResponseIsWrittenFromItsMeaning() throws {
        let integrity = bytes("2b 91 f5 99 fd 9e 90 c3 8c 74 89 f9 2a f9 ba 53 f0 6b e7 d7")
        let message = STUNMessage(
            STUNMessageType(.binding, .success),
            transaction: RFC5769.transaction,
            attributes: [
                STUNAttribute(software: "test vector"),
                STUNAttribute(
                    xorMapped: try #require(Endpoint("192.0.2.1:32853")),
                    transaction: RFC5769.transaction
                ),
                STUNAttribute(.messageIntegrity, integrity),
            ],
            hasFingerprint: true
        )
        #expect(message.encoded(padding: RFC5769.padding) == RFC5769.responseIPv4)
    }

    @Test func oneFlippedBitAnywhereBreaksTheFingerprint() {
        for index in RFC5769.responseIPv4.indices.dropFirst(8) {
            var vector = RFC5769.responseIPv4
            vector[index] ^= 0x10
            // In bytes 72 and 73 it turns FINGERPRINT into another attribute; a message without one may be
            // read.
            let decoded = try? STUNMessage(decoding: vector)
            #expect(decoded?.hasFingerprint != true, "byte \(index)")
            #expect(decoded == nil || (72...73).contains(index), "byte \(index)")
        }
    }
}
