import Foundation
import NetlinkBridge
import Testing

struct LegacyTableTests {
    @Test func theCapturesAreThere() { #expect(CapturedTable.all.count >= 16) }

    @Test(arguments: CapturedTable.all)
    func aCapturedTableReadsAsTheToolPrintedIt(_ capture: CapturedTable) throws {
        let table = try capture.decoded()
        let names = try capture.setNames()
        #expect(Set(names.keys) == table.setIndexes)
        var lines = ["*\(table.name)", "COMMIT"]
        for chain in table.chains {
            let policy = chain.policy.map { $0 == .accept ? "ACCEPT" : "DROP" } ?? "-"
            lines.append(":\(chain.name) \(policy) [\(chain.counters.packets):\(chain.counters.bytes)]")
            for rule in chain.rules {
                let text = rule.iptablesText(setNames: names)
                lines.append(
                    "[\(rule.counters.packets):\(rule.counters.bytes)] -A \(chain.name)"
                        + (text.isEmpty ? "" : " ")
                        + text
                )
            }
        }
        // The tool prints all chains before all rules, sorted by name.
        #expect(lines.sorted() == (try capture.savedLines()).sorted())
    }

    @Test func theRuleOfTheVPCPluginIsUnderstood() throws {
        let table = try #require(CapturedTable.all.first { $0.name == "aws-vpc-cni-prng.v4.nat" }).decoded()
        let rule = try #require(table.chain("AWS-SNAT-CHAIN-0")?.rules.last)
        #expect(rule.comment == "AWS, SNAT")
        #expect(rule.condition.inversions == .output)
        // "vlan+" by itself; the inversion stands apart.
        #expect(rule.condition.output.matches("vlan1x"))
        #expect(!rule.condition.output.matches("eth0"))
        #expect(!rule.condition.output.matches(nil))
        #expect(rule.condition.input.isAny)
        guard case .snat(let range) = rule.decodedTarget else {
            Issue.record("\(rule)")
            return
        }
        #expect(range.flags == [.mapAddresses, .fullyRandom])
        #expect(range.isRandom)
        #expect(range.minimumAddress == IPAddress("10.0.1.10"))
        #expect(range.maximumAddress == IPAddress("10.0.1.10"))
        #expect(range.minimumPort == nil)
        guard case .addressType(let type) = rule.decodedMatches.last else {
            Issue.record("\(rule)")
            return
        }
        #expect(type.destination == .local && type.isDestinationInverted && type.source.isEmpty)
        let jump = try #require(table.chain("POSTROUTING")?.rules.first)
        #expect(jump.target == .jump("AWS-SNAT-CHAIN-0"))
        #expect(jump.position == 1)
    }

    @Test func whatIsCutOffIsAnErrorThatNamesThePlace() throws {
        let bytes = try #require(CapturedTable.all.first { $0.name == "edge-netmap.v6.nat" }).bytes()
        #expect(throws: NetlinkBridge.DecodingError.self) { try LegacyTable(decoding: [], family: .ip6) }
        let error = #expect(throws: NetlinkBridge.DecodingError.self) {
            try LegacyTable(decoding: Array(bytes.dropLast()), family: .ip6)
        }
        // The size of the entries stands behind the 84 bytes of information and the table's name of 32.
        #expect(error?.offset == 116)
        #expect(error?.description.hasSuffix("at byte 116") == true)
    }

    @Test func theOtherFamilysTableIsRefused() throws {
        let bytes = try #require(CapturedTable.all.first { $0.name == "edge-netmap.v6.nat" }).bytes()
        #expect(throws: NetlinkBridge.DecodingError.self) { try LegacyTable(decoding: bytes, family: .ip) }
    }
}
