import Foundation
import Testing

@testable import NatAudit
@testable import NetlinkBridge

/// Captures in which addresses and names were replaced.
struct CaptureRedactionTests {
    /// What of a report does not rest on addresses.
    private static func shape(_ capture: Capture) throws -> ReportShape {
        ReportShape(Pipeline.report(try Pipeline.read(capture), time: ""))
    }

    @Test(arguments: CaptureFixture.all) func aScanComesToTheSame(_ fixture: CaptureFixture) throws {
        let capture = try fixture.capture
        let redacted = try Capture(decoding: capture.redacted().bytes)
        #expect(redacted.isRedacted && !capture.isRedacted)
        #expect(try Self.shape(redacted) == Self.shape(capture))
        let report = Pipeline.report(try Pipeline.read(redacted), time: "")
        #expect(report.conclusion.verdict == fixture.verdict && report.host.name == "host-1")
        // Again and again: what is left can be redacted, and comes to the same.
        #expect(try Self.shape(redacted.redacted()) == Self.shape(capture))
    }

    /// What cannot be redacted is refused, and nothing traps.
    @Test(arguments: CaptureFixture.all) func damagedContentIsRedactedOrRefused(_ fixture: CaptureFixture) throws {
        let content = try fixture.capture.content
        var random = SplitMix64(seed: 23)
        var (refused, redacted) = (0, 0)
        for _ in 0..<60 {
            var damaged = content
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                damaged[Int.random(in: damaged.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            do {
                let result = try Capture(content: damaged).redacted()
                #expect(result.isRedacted)
                redacted += 1
            } catch {
                #expect(!"\(error)".contains("\n"))
                refused += 1
            }
        }
        #expect(refused + redacted == 60 && refused > 0)
    }

    /// What is not known is not kept: a question that nobody asks, attributes that nobody reads.
    @Test func whatIsNotKnownIsBlankedOrLeftOut() throws {
        let secret: [UInt8] = [10, 77, 88, 99]
        let attribute = { (type: UInt16, bytes: [UInt8]) in hostBytes(UInt16(4 + bytes.count)) + hostBytes(type) + bytes
        }
        // An interface with a name, an address of a tunnel's end, and two attributes that are not read.
        let link =
            [UInt8](repeating: 0, count: 4) + hostBytes(UInt32(1)) + [UInt8](repeating: 0, count: 8)
            + attribute(3, Array("lo\u{0}\u{0}".utf8)) + attribute(1, secret) + attribute(0x7F, secret)
            + attribute(20, secret)
        var answer = KernelAnswer()
        answer.append(type: 16, link.span)
        let known: [UInt8] = [1] + networkBytes(Int32(0)) + networkBytes(UInt16(18)) + [UInt8](repeating: 0, count: 16)
        let unknown: [UInt8] = [1] + networkBytes(Int32(9)) + networkBytes(UInt16(7)) + secret
        var bytes = KernelLog.field(known) + KernelLog.field(answer.bytes)
        for question in [unknown, [2] + networkBytes(Int32(2)) + networkBytes(Int32(99)) + secret, [77] + secret] {
            bytes += KernelLog.field(question) + KernelLog.field(KernelAnswer(part: secret).bytes)
        }
        bytes +=
            KernelLog.field([3] + Array("/proc/net/unheard".utf8)) + KernelLog.field(KernelAnswer(part: secret).bytes)
        let log = try KernelLog(decoding: bytes)
        var mentions = LogMentions()
        _ = try log.rewritten(by: &mentions)
        #expect(mentions.prefixes == [Prefix(host: try #require(IPAddress(networkBytes: secret)))])
        var standIns = LogStandIns(mentions)
        let result = try log.rewritten(by: &standIns)
        #expect(!result.bytes.indices.dropLast(3).contains { Array(result.bytes[$0..<($0 + 4)]) == secret })
        #expect(result.answer(to: known) != nil && result.answer(to: unknown) == nil)
    }
}
