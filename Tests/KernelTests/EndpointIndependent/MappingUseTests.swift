import NatAudit
import NetlinkBridge
import Testing

/// What `scan` says of how full a mapping is, and of how often it had to draw.
struct MappingUseTests {
    @Test func scanTellsHowFullItIs() async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try lab.nat.load(postrouting: ["-o wan -j MASQUERADE"], .iptablesNft)
            try expectApplied(try lab.fix("--endpoint-independent"))
            // Of two clients on one port one has to draw.
            try lab.expectMapped(42000)
            let taken = try lab.nat.require("nft", "list", "set", "ip", "nataudit", "taken")
            let listed = taken.split(separator: "limit rate").count - 1
            let why = try #require(try lab.scan().sourceNAT.first { $0.chain == "mapping" }).why
            #expect(why.contains("\(listed) of 65535 ports taken, 1 of them drawn"), "\(why)")
            #expect(why.contains("drawn for 1 first packets"), "\(why)")
            #expect(!why.contains("found none"), "\(why)")

            let text = try lab.nataudit(["scan", "--no-stun"]).output.split(whereSeparator: \.isWhitespace)
            #expect(text.joined(separator: " ").contains("\(listed) of 65535 ports taken, 1 of them drawn"), "\(text)")

            let all = (1024..<62000).map { "\($0) timeout 1h" }.joined(separator: ", ")
            try lab.nat.require("nft", "-f", "-", input: "add element ip nataudit taken { \(all) }\n")
            let full = try lab.scan()
            #expect(full.verdict == "easy")
            let finding = full.findings.first { $0.id == "port-collision" }
            #expect(finding?.severity == "warning", "\(full.findings)")
        }
    }
}

extension FixLab {
    fileprivate func scan() throws -> ScanOutput {
        try ScanOutput(nataudit(["scan", "--no-stun", "--format", "json"]))
    }
}
