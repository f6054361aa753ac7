import Foundation
import Testing

@testable import NatAudit
@testable import NetlinkBridge

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
        let report = Pipeline.report(try Pipeline.read(capture), time: capture.time)
        let decoder = JSONDecoder()
        let now = try decoder.decode(Report.self, from: Data(try JSONText.encode(report).utf8))
        #expect(try now == decoder.decode(Report.self, from: fixture.report))
        #expect(report.conclusion.verdict == fixture.verdict)
    }

    @Test(arguments: CaptureFixture.all) func waysThatWereNotAskedComeFromTheRules(_ fixture: CaptureFixture) throws {
        let whole = try fixture.capture
        let poor = Capture(
            namespace: whole.namespace,
            time: whole.time,
            maker: whole.maker,
            log: try whole.log.withoutWays
        )
        #expect(poor.log.bytes.count < whole.log.bytes.count)
        let report = Pipeline.report(try Pipeline.read(poor), time: poor.time)
        let decoder = JSONDecoder()
        let now = try decoder.decode(Report.self, from: Data(try JSONText.encode(report).utf8))
        #expect(try now == decoder.decode(Report.self, from: fixture.report))
    }

    @Test(arguments: CaptureFixture.all) func aCaptureIsWrittenAsItWasRead(_ fixture: CaptureFixture) throws {
        #expect(try fixture.capture.bytes == fixture.bytes)
    }
}

extension KernelLog {
    /// The same log without the kernel's answers to RTM_GETROUTE (26) for one address.
    fileprivate var withoutWays: KernelLog {
        get throws {
            var kept: [UInt8] = []
            var offset = 0
            while offset < bytes.count {
                let question = try Self.field(in: bytes.span, at: offset)
                let answer = try Self.field(in: bytes.span, at: question.upperBound)
                let words = Array(bytes[question])
                // The kind, the bus (NETLINK_ROUTE), the type; then `struct rtmsg` with the length of the destination.
                let isWay = words.starts(with: [1, 0, 0, 0, 0, 0, 26]) && words[8] != 0
                if !isWay { kept += bytes[offset..<answer.upperBound] }
                offset = answer.upperBound
            }
            return try KernelLog(decoding: kept)
        }
    }
}
