import Foundation
import NetlinkBridge
import Testing

@testable import NatAudit

/// Reports of captured hosts, redacted.
struct ScanRedactionTests {
    private static func report(_ fixture: CaptureFixture) throws -> ScanDocument {
        let capture = try fixture.capture
        return Pipeline.report(try Pipeline.read(capture), time: capture.time).document
    }

    @Test(arguments: CaptureFixture.all) func aDocumentIsReadAsItWasWritten(_ fixture: CaptureFixture) throws {
        let document = try Self.report(fixture)
        let text = try JSONText.encode(document)
        #expect(try JSONText.decode(ScanDocument.self, from: text) == document)
    }

    @Test(arguments: CaptureFixture.all) func onlyWordsChange(_ fixture: CaptureFixture) throws {
        let document = try Self.report(fixture)
        let redacted = try document.hidingIdentity(using: SplitMix64(seed: 9))
        #expect(redacted.verdict == document.verdict && redacted.attribution == document.attribution)
        #expect(redacted.holds == document.holds && redacted.redacted == true && document.redacted == nil)
        #expect(redacted.findings.map(\.id) == document.findings.map(\.id))
        #expect(redacted.findings.map(\.rule) == document.findings.map(\.rule))
        #expect(redacted.sourceNAT.map(\.chain) == document.sourceNAT.map(\.chain))
        #expect(redacted.paths.map(\.verdict) == document.paths.map(\.verdict))
        #expect(redacted.limits.dropLast().count == document.limits.count)
        #expect(redacted.host.hostname == "host-1" && redacted.host.kernel == document.host.kernel)
    }

    /// A comment is told from the rule's other text whatever stands in it, and has one stand-in in both places.
    @Test func commentsOfAllKindsAreReplaced() throws {
        let document = try Self.report(CaptureFixture.all[0])
        let redacted = try document.hidingIdentity()
        let comments = Set(document.sourceNAT.compactMap(\.comment))
        #expect(comments == ["AWS, SNAT", "kubernetes service traffic requiring SNAT"])
        let text = try JSONText.encode(redacted.sourceNAT)
        #expect(!text.contains("kubernetes service"))
        for (rule, original) in zip(redacted.sourceNAT, document.sourceNAT) {
            guard let comment = rule.comment else { continue }
            #expect(rule.text.contains("--comment \"\(comment)\""))
            // What the AWS VPC CNI writes on each of its nodes tells nothing of one.
            #expect((comment == original.comment) == (comment == "AWS, SNAT"))
        }
    }

    @Test func namesAreReplacedWhereTheyStandForSomething() throws {
        var document = try Self.report(CaptureFixture.all[0])
        document.host.hostname = "nat-7.corp.example.com"
        document.host.netns = "tenant"
        document.limits = [
            "nat-7 is odd", "NAT-7.corp.example.com too", "nat-70 is not meant", "from netns tenant to 192.0.2.1",
        ]
        let redacted = try document.hidingIdentity()
        #expect(redacted.host.hostname == "host-1" && redacted.host.netns == "namespace-1")
        let limits = redacted.limits
        #expect(limits[0] == "host-1 is odd" && limits[1] == "host-1 too" && limits[2] == "nat-70 is not meant")
        #expect(limits[3].hasPrefix("from netns namespace-1 to 192.0.2.") && !limits[3].hasSuffix(" 192.0.2.1"))
        // A host that is called as a table is stays a word in the rules.
        document.host.hostname = "nat"
        document.host.netns = "pid:12"
        let other = try document.hidingIdentity()
        #expect(other.host.hostname == "host-1" && other.host.netns == "pid:12")
        #expect(other.sourceNAT.map(\.table) == document.sourceNAT.map(\.table))
    }
}
