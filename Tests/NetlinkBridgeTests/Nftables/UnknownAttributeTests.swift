import Testing

@testable import NetlinkBridge

/// Messages of a newer kernel, with what this version does not know: the rest is read as before.
struct UnknownAttributeTests {
    private static let attribute: [UInt8] = hostBytes(UInt16(7)) + hostBytes(UInt16(0x3FF0)) + [1, 2, 3, 0]

    @Test(arguments: NftMutationTests.cases.map(\.name))
    func anAttributeThatIsNotKnownIsPassedOver(_ name: String) throws {
        let fixture = try #require(NftMutationTests.cases.first { $0.name == name })
        for payload in try HexFixture("Nftables/\(name)").payloads(ofType: fixture.type) {
            #expect(try Self.value(fixture.type, payload) == Self.value(fixture.type, payload + Self.attribute))
        }
    }

    /// What a message decodes to.
    private static func value(_ type: UInt16, _ payload: [UInt8]) throws -> AnyHashable {
        switch type {
        case NftFixture.newTable: AnyHashable(try NftTable(decoding: payload.span))
        case NftFixture.newChain: AnyHashable(try NftChain(decoding: payload.span))
        case NftFixture.newRule: AnyHashable(try NftRule(decoding: payload.span))
        case NftFixture.newSet: AnyHashable(try NftSet(decoding: payload.span))
        case NftFixture.newElements: AnyHashable(try NftSet.elements(decoding: payload.span))
        case NftFixture.newGeneration: AnyHashable(try Generation(decoding: payload.span))
        default: AnyHashable(try NftTraceEvent(decoding: payload.span))
        }
    }

    @Test func anExpressionThatIsNotKnownIsKeptByItsName() throws {
        func attribute(_ type: UInt16, _ bytes: [UInt8]) -> [UInt8] {
            let padding = [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
            return hostBytes(UInt16(bytes.count + 4)) + hostBytes(type) + bytes + padding
        }
        // NFTA_EXPR_NAME 1 and NFTA_EXPR_DATA 2, in NFTA_LIST_ELEM 1.
        let data = attribute(9, [1, 2, 3, 4])
        let element = attribute(1, attribute(1, Array("warp".utf8) + [0]) + attribute(2, data))
        #expect(try NftExpression.list(in: element.span) == [.other(name: "warp", attributes: data)])
    }
}
