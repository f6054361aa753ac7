import Foundation
import NatAudit
import Testing

/// Captures that were made once, judged again: without privilege, and without the host.
struct GoldenCaptureTests {
    /// What of a report others rely on; sentences may be worded better.
    private struct Report: Decodable, Equatable {
        let verdict: String
        let attribution: String
        let sourceNAT: [Rule]
        let paths: [Path]

        struct Rule: Decodable, Equatable {
            let backend, family, table, chain, kind, text, verdict, reach: String
            let handle: UInt64?
            let position: Int
            let flags, addresses: [String]
            let ports, comment, owner: String?
        }

        struct Path: Decodable, Equatable {
            let from, to, family, verdict: String
            let inInterface, outInterface: String?
            let rule: Int?
        }
    }

    @Test(arguments: CaptureFixture.all) func theReportIsThatOfTheHost(_ fixture: CaptureFixture) throws {
        let capture = try fixture.capture
        let report = Pipeline.report(Evidence(try capture.snapshot()), time: capture.time)
        let decoder = JSONDecoder()
        let now = try decoder.decode(Report.self, from: Data(try JSONText.encode(report).utf8))
        #expect(try now == decoder.decode(Report.self, from: fixture.report))
        #expect(report.conclusion.verdict == fixture.verdict)
    }

    @Test(arguments: CaptureFixture.all) func aCaptureIsWrittenAsItWasRead(_ fixture: CaptureFixture) throws {
        #expect(try fixture.capture.bytes == fixture.bytes)
    }
}
