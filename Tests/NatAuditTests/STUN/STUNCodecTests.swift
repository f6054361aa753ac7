import NatAudit
import NetlinkBridge
import Testing

struct STUNCodecTests {
    private let transaction = TransactionID(high: 1, low: 2)

    /// A header with that type and length, and what follows it.
    private func message(_ type: String, _ length: String, _ rest: String = "") -> [UInt8] {
        bytes("\(type) \(length) 21 12 a4 42 00 00 00 01 00 00 00 00 00 00 00 02 \(rest)")
    }

    /// RFC 8489 section 5 and RFC 8656 section 17: Binding 0x001, Allocate 0x003, Data 0x007, and the highest
    /// number.
    @Test(arguments: [
        (UInt16(0x0001), UInt16(0x001), STUNMessageType.Class.request), (0x0011, 0x001, .indication),
        (0x0101, 0x001, .success), (0x0111, 0x001, .error), (0x0103, 0x003, .success),
        (0x0017, 0x007, .indication), (0x3EEF, 0xFFF, .request), (0x3FFF, 0xFFF, .error),
    ])
    func methodAndClassAreInterleaved(_ wire: UInt16, _ method: UInt16, _ kind: STUNMessageType.Class) {
        let type = STUNMessageType(.init(rawValue: method), kind)
        #expect(type.wireValue == wire)
        #expect(STUNMessageType(wireValue: wire) == type)
        #expect(STUNMessageType(wireValue: wire | 0x4000) == nil)
        #expect(STUNMessageType(wireValue: wire | 0x8000) == nil)
    }

    @Test func whatContradictsItselfIsRefused() {
        let cases: [(String, [UInt8], STUNDecodingError)] = [
            ("nothing", [], .init(.truncated, at: 0)),
            ("19 bytes", Array(message("00 01", "00 00").dropLast()), .init(.truncated, at: 19)),
            ("top bits", message("80 01", "00 00"), .init(.notSTUN, at: 0)),
            ("no cookie", bytes("00 01 00 00") + [UInt8](repeating: 7, count: 16), .init(.notSTUN, at: 0)),
            ("length too long", message("00 01", "00 04"), .init(.wrongLength, at: 2)),
            ("length too short", message("00 01", "00 00", "80 22 00 00"), .init(.wrongLength, at: 2)),
            ("odd length", message("00 01", "00 03", "00 00 00"), .init(.wrongLength, at: 2)),
            ("attribute too long", message("00 01", "00 04", "80 22 00 01"), .init(.truncated, at: 22)),
            (
                "attribute far too long", message("00 01", "00 08", "80 22 ff ff 00 00 00 00"),
                .init(.truncated, at: 22)
            ),
            (
                "short fingerprint", message("00 01", "00 04", "80 28 00 00"),
                .init(.fingerprintMismatch, at: 20)
            ),
        ]
        for (name, input, error) in cases {
            #expect(throws: error, "\(name)") { try STUNMessage(decoding: input) }
        }
    }

    @Test func nothingMayFollowTheFingerprint() throws {
        var signed = STUNMessage(STUNMessageType(.binding, .request), transaction: transaction)
        signed.hasFingerprint = true
        var encoded = signed.encoded()
        #expect(try STUNMessage(decoding: encoded) == signed)
        encoded[3] += 4
        #expect(throws: STUNDecodingError.self) { try STUNMessage(decoding: encoded + bytes("80 22 00 00")) }
    }

    @Test func paddingMayHoldAnything() throws {
        let decoded = try STUNMessage(decoding: message("01 01", "00 08", "80 22 00 01 61 ff 00 7f"))
        #expect(decoded.software == [0x61])
    }

    @Test func theFirstOfEqualAttributesCounts() throws {
        let two = message("01 01", "00 10", "80 22 00 01 61 00 00 00 80 22 00 01 62 00 00 00")
        #expect(try STUNMessage(decoding: two).software == [0x61])
    }

    @Test func olderAttributesNameTheMappedAddressToo() throws {
        let clear = "00 01 00 08 00 01 0d 96 c0 00 02 01"
        let xored = "80 20 00 08 00 01 a1 47 e1 12 a6 43"
        let first = try STUNMessage(decoding: message("01 01", "00 0c", clear))
        #expect(try first.mappedEndpoint() == Endpoint("192.0.2.1:3478"))
        let draft = try STUNMessage(decoding: message("01 01", "00 18", clear + " " + xored))
        #expect(try draft.mappedEndpoint() == Endpoint("192.0.2.1:32853"))
        let neither = try STUNMessage(decoding: message("01 01", "00 00"))
        #expect(try neither.mappedEndpoint() == nil)
    }

    @Test(arguments: [
        "00 20 00 04 00 01 a1 47", "00 20 00 08 00 03 a1 47 e1 12 a6 43",
        "00 20 00 08 00 02 a1 47 e1 12 a6 43",
        "00 20 00 00 80 22 00 00",
    ])
    func anAddressOfTheWrongShapeIsRefused(_ attribute: String) throws {
        let length = attribute.split(separator: " ").count == 12 ? "00 0c" : "00 08"
        let decoded = try STUNMessage(decoding: message("01 01", length, attribute))
        #expect(throws: STUNDecodingError.self) { try decoded.mappedEndpoint() }
    }

    @Test func anErrorIsReadAndWritten() throws {
        let wire = message(
            "01 11",
            "00 18",
            "00 09 00 07 00 00 04 14 62 61 64 00 00 0a 00 06 00 03 00 27 7f ff 00 00"
        )
        let decoded = try STUNMessage(decoding: wire)
        #expect(try decoded.errorCode() == STUNErrorCode(420, reason: Array("bad".utf8)))
        #expect(try decoded.unknownAttributes()?.map(\.rawValue) == [0x0003, 0x0027, 0x7FFF])
    }

    @Test(arguments: ["00 00 02 00", "00 00 07 00", "00 00 04 64"])
    func anErrorCodeOutsideItsRangeIsRefused(_ value: String) throws {
        let decoded = try STUNMessage(decoding: message("01 11", "00 08", "00 09 00 04 \(value)"))
        #expect(throws: STUNDecodingError(.invalidValue, at: 2)) { try decoded.errorCode() }
    }

    @Test func behaviourDiscoveryAttributesAreReadAndWritten() throws {
        let wire = message(
            "01 01",
            "00 20",
            "00 03 00 04 00 00 00 06 80 2b 00 08 00 01 0d 96 cb 00 71 0a 80 2c 00 08 00 01 0d 97 cb 00 71 0b"
        )
        let decoded = try STUNMessage(decoding: wire)
        #expect(try decoded.changeRequest() == [.address, .port])
        #expect(decoded.endpoint(.responseOrigin) == Endpoint("203.0.113.10:3478"))
        #expect(decoded.endpoint(.otherAddress) == Endpoint("203.0.113.11:3479"))
        let written = STUNMessage(
            decoded.type,
            transaction: transaction,
            attributes: [
                STUNAttribute([.address, .port]),
                STUNAttribute(.responseOrigin, endpoint: try #require(Endpoint("203.0.113.10:3478"))),
                STUNAttribute(.otherAddress, endpoint: try #require(Endpoint("203.0.113.11:3479"))),
            ]
        )
        #expect(written.encoded() == wire)
    }

    @Test func onlyUnknownRequiredAttributesAreNamed() throws {
        let decoded = try STUNMessage(
            decoding: message("00 01", "00 14", "00 03 00 00 80 ff 00 00 7f ff 00 00 00 03 00 00 00 06 00 00")
        )
        let unknown = decoded.unknownRequired(knowing: [.username])
        #expect(unknown.map(\.rawValue) == [0x0003, 0x7FFF])
    }
}
