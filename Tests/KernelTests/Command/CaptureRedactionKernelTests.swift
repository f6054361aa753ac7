import Foundation
import NetlinkBridge
import Testing

@testable import NatAudit

/// `capture --redact` on hosts: the file holds no address of theirs, and a scan of it comes to the same.
struct CaptureRedactionKernelTests {
    /// What of the host's secrets stands in a file's content, in text or as bytes.
    private static func found(_ secrets: HostSecrets, in content: [UInt8]) -> [String] {
        let text = String(decoding: content.map { $0 < 0x80 ? $0 : 63 }, as: UTF8.self)
        let bytes = secrets.addresses.compactMap { IPAddress($0) }.filter { address in
            // The first address of a network looks like the head of an attribute (0a 00 01 00: ten bytes of type 1).
            address.networkBytes.last != 0 && content.holds(address.networkBytes)
        }
        let hardware = secrets.hardware.filter { address in
            content.holds(address.split(separator: ":").compactMap { UInt8($0, radix: 16) })
        }
        return secrets.found(in: text).sorted() + bytes.map(\.description).sorted() + hardware.sorted()
    }

    /// Captures a host, redacted, and returns what is in the file.
    private static func capture(_ host: LabHost, through prefix: [String] = []) throws -> (path: TemporaryFile, Capture)
    {
        let file = try TemporaryFile("")
        let run = try Program.run(["capture", "--redact", "--output", file.path], in: host.namespace, through: prefix)
        try #require(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        return (file, try Capture(contentsOf: file.path))
    }

    @Test func nothingOfTheHostIsLeft() async throws {
        try await inTurn {
            let host = try RedactionTests.host()
            let secrets = try HostSecrets(of: host)
            let plain = try Program.run(
                ["capture"],
                in: host.namespace,
                through: ["sh", "-c", #""$@" | base64"#, "sh"]
            )
            let whole = try Capture(
                decoding: [UInt8](try #require(Data(base64Encoded: plain.output.filter { $0 != "\n" })))
            )
            #expect(Self.found(secrets, in: whole.content).count > 20)
            let (file, capture) = try Self.capture(host, through: RedactionTests.named("acme-nat-7.corp.example.com"))
            #expect(Self.found(secrets, in: capture.content) == [])
            let text = String(decoding: capture.content, as: UTF8.self).lowercased()
            for word in ["acme", "jane", "52.94.76", "10-44-5-0", "001a2b3c4d5e"] {
                #expect(!text.contains(word), "\(word)")
            }
            let live = try Program.scan(host)
            let away = try Program.scan(try LabHost(), ["--capture", file.path])
            #expect(away.report.verdict == live.report.verdict && away.run.status == live.run.status)
            #expect(away.report.findingIDs == live.report.findingIDs)
            #expect(away.report.sourceNAT.map(\.verdict) == live.report.sourceNAT.map(\.verdict))
            #expect(away.report.limits.last?.hasPrefix("redacted: ") == true && away.report.host.hostname == "host-1")
            withExtendedLifetime(host) {}
        }
    }

    /// Addresses wherever rules, sets, routes and interfaces can hold them: each is another one, and all else is the same.
    @Test func everyKindOfAddressIsRewritten() async throws {
        try await inTurn {
            let host = try AddressScene.host()
            let secrets = try HostSecrets(of: host)
            let plain = try TemporaryFile("")
            #expect(try Program.run(["capture", "--output", plain.path], in: host.namespace).status == 0)
            #expect(Self.found(secrets, in: try Capture(contentsOf: plain.path).content).count > 60)
            let (file, capture) = try Self.capture(host)
            #expect(Self.found(secrets, in: capture.content) == [])
            #expect(!String(decoding: capture.content, as: UTF8.self).contains("acme"))
            let reports = try [plain, file].map { file -> Any in
                let run = try Program.run(["scan", "--capture", file.path, "--format", "json"])
                return try JSONSerialization.jsonObject(with: Data(run.output.utf8))
            }
            var renaming = Renaming()
            renaming.compare(reports[0], reports[1])
            // Addresses in names are letters.
            #expect(
                renaming.complaints.filter { !$0.contains("list-10.44.5.9") && !$0.contains("work-10.44.5.80") } == []
            )
            #expect(renaming.count > 20)
            withExtendedLifetime(host) {}
        }
    }

    /// Rulesets of real systems.
    @Test func theCorpusIsRedactedAndJudgedAlike() async throws {
        let cases = try CorpusHost.all().sorted { $0.key < $1.key }.enumerated().map { index, ruleset in
            let iptables: Backend = index.isMultiple(of: 2) ? .iptablesNft : .iptablesLegacy
            return (name: ruleset.key, ruleset: ruleset.value, backend: ruleset.value.isNative ? .nftables : iptables)
        }
        let lanes = 3
        try await withThrowingTaskGroup { group in
            for lane in 0..<lanes {
                group.addTask {
                    try await inTurn {
                        for index in stride(from: lane, to: cases.count, by: lanes) {
                            let (name, ruleset, backend) = cases[index]
                            let host = try ruleset.load(backend)
                            let secrets = try HostSecrets(of: host)
                            let file = try TemporaryFile("")
                            let run = try Program.run(
                                ["capture", "--redact", "--output", file.path],
                                in: host.namespace
                            )
                            #expect(run.status == 0, "\(name): \(run.errors)")
                            guard run.status == 0 else { continue }
                            let capture = try Capture(contentsOf: file.path)
                            #expect(Self.found(secrets, in: capture.content) == [], "\(name)")
                            let live = try Program.scan(host).report
                            let away = try Program.scan(host, ["--capture", file.path]).report
                            #expect(away.verdict == live.verdict && away.findingIDs == live.findingIDs, "\(name)")
                            withExtendedLifetime(host) {}
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

extension [UInt8] {
    /// Tells whether other bytes stand in these.
    fileprivate func holds(_ part: [UInt8]) -> Bool {
        guard let first = part.first, count >= part.count else { return false }
        return indices.dropLast(part.count - 1).contains {
            self[$0] == first && self[$0..<($0 + part.count)].elementsEqual(part)
        }
    }
}
