import Foundation
import NatAudit
import NetlinkBridge
import Testing

struct ProbeReportTests {
    private let hard = transcript([
        .mapped("203.0.113.1:55148", at: "203.0.113.10:3478"),
        .mapped("203.0.113.1:48645", at: "203.0.113.11:3478"), .failed("203.0.113.12:3478", .silence),
    ])

    /// The keys are those of the contract's `probes`, and nothing is left out where it is null.
    @Test func theJSONHasTheContractsKeysAndItsNulls() throws {
        let text = try JSONText.encode(STUNReport([ProbeReport(hard, from: "host")]))
        #expect(text.hasSuffix("}\n"))
        let parsed = try JSONSerialization.jsonObject(with: Data(text.utf8))
        let object = try #require(parsed as? NSDictionary)
        #expect(object["schema"] as? String == "nataudit.stun/1")
        #expect(object["verdict"] as? String == "hard")
        #expect((object["tool"] as? NSDictionary)?["name"] as? String == "nataudit")
        let probe = try #require((object["probes"] as? [NSDictionary])?.first)
        #expect(probe["from"] as? String == "host")
        #expect(probe["local"] as? String == "10.0.1.2:41642")
        #expect(probe["mapping"] as? String == "address-and-port-dependent")
        #expect(probe["filtering"] is NSNull)
        #expect(probe["attribution"] as? String == "unknown")
        #expect(probe["holds"] as? [String: String] == ["collision": "untested", "inboundFirst": "untested"])
        #expect(probe["presented"] as? [String] == ["203.0.113.1:55148", "203.0.113.1:48645"])
        let servers = try #require(probe["servers"] as? [NSDictionary])
        #expect(servers[0]["server"] as? String == "203.0.113.10:3478")
        #expect(servers[0]["mapped"] as? String == "203.0.113.1:55148")
        #expect(servers[0]["rttMilliseconds"] as? Double == 12.35)
        #expect(servers[0]["error"] is NSNull)
        #expect(servers[0]["translatedHere"] is NSNull)
        #expect(servers[2]["mapped"] is NSNull)
        #expect(servers[2]["rttMilliseconds"] is NSNull)
        #expect(servers[2]["error"] as? String == "no answer to 7 requests within 3 s")
    }

    @Test func whatConntrackSaysIsReportedAndAttributed() throws {
        let first = try #require(Endpoint("203.0.113.10:3478"))
        let second = try #require(Endpoint("203.0.113.11:3478"))
        let here = [
            first: try #require(Endpoint("203.0.113.1:55148")),
            second: try #require(Endpoint("203.0.113.1:48645")),
        ]
        let report = ProbeReport(hard, from: "host", translatedHere: here)
        #expect(report.attribution == .thisHost)
        #expect(report.servers.map(\.translatedHere) == [here[first], here[second], nil])
        #expect(STUNReport([report]).text().contains("at fault: this host changes the port"))
    }

    @Test func aReportIsReadBackAsItWas() throws {
        for row in BehaviorCase.answered + BehaviorCase.silent {
            let report = ProbeReport(transcript(row.heard, namedByUser: row.namedByUser), from: "netns a")
            let text = try JSONText.encode(report)
            #expect(try JSONText.decode(ProbeReport.self, from: text) == report, "\(row.testDescription)")
        }
    }

    @Test func theTextBeginsWithTheVerdictAndHasALineForEachServer() throws {
        let lines = STUNReport([ProbeReport(hard, from: "host")]).text().split(separator: "\n")
        #expect(try #require(lines.first).hasPrefix("hard: "))
        #expect(lines.contains("  203.0.113.10:3478  saw 203.0.113.1:55148  12.4 ms"))
        #expect(lines.contains("  203.0.113.12:3478  no answer to 7 requests within 3 s"))
    }

    @Test func whatAServerCallsItselfCannotSteerATerminal() throws {
        let server = try #require(Endpoint("203.0.113.10:3478"))
        let evil = Array("\u{1b}[2Jok\u{202e}\n".utf8) + [0xFF]
        let answer = BindingAnswer(
            mapped: server,
            source: server,
            software: evil + [UInt8](repeating: 0x61, count: 700)
        )
        let entry = ServerTranscript(name: .init(server), endpoint: server, outcome: .success(answer))
        let probe = ProbeTranscript(family: .ip, local: server, serversWereNamed: true, servers: [entry])
        let report = STUNReport([ProbeReport(probe, from: "host")])
        for text in [try JSONText.encode(report), report.text(isVerbose: true)] {
            #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
            #expect(!text.unicodeScalars.contains("\u{202e}"))
            #expect(text.count < 2500)
        }
        #expect(report.text(isVerbose: true).contains(#"\x1b[2Jok\u{202e}\n\xffaaa"#))
    }

    @Test func coloursAreWrittenOnlyWhenAskedFor() {
        let report = STUNReport([ProbeReport(hard, from: "host")])
        #expect(report.text(TextStyle(isColored: true)).hasPrefix("\u{1b}[31mhard\u{1b}[0m: "))
        #expect(!report.text().contains("\u{1b}"))
    }

    @Test func theWorstFamilySpeaksForTheReport() throws {
        let easy = transcript(BehaviorCase.answered[0].heard)
        let report = STUNReport([ProbeReport(easy, from: "host"), ProbeReport(hard, from: "host")])
        #expect(report.verdict == .hard)
        #expect(report.summary.contains("different ports"))
    }
}
