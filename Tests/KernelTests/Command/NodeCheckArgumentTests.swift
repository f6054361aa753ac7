import NatAudit
import NetlinkBridge
import Testing

/// Arguments in their plainest form are not given to the argument parser; what they mean must not depend on that.
struct NodeCheckArgumentTests {
    /// Pairs of names and values.
    ///
    /// `--name=value` is not plain, so that the parser reads it.
    private static let cases: [[(name: String, value: String)]] = [
        [],
        [("--timeout", "20")],
        [("--timeout", "abc")],
        [("--timeout", "0.01")],
        [("--timeout", "1e1"), ("--timeout", "30")],
        [("--interval", "0.5")],
        [("--host-ip", "10.0.1.1")],
        [("--host-ip", "192.0.2.77")],
        [("--host-ip", "127.0.0.1")],
        [("--host-ip", "10.0.1")],
        [("--netns", "nosuch")],
        [("--textfile", "/proc/none/metrics.prom"), ("--nfd-file", "/proc/none/labels")],
        [("--stun", "no server")],
        [("--stun", "192.0.2.1:0")],
        [("--stunned", "203.0.113.10")],
    ]

    @Test func bothFormsMeanTheSame() async throws {
        try await inTurn {
            let lab = try NATLab()
            try lab.nat.require(
                "nft",
                "table ip t { chain p { type nat hook postrouting priority 100; masquerade random; }; }"
            )
            for pairs in Self.cases {
                let plain = try check(pairs.flatMap { [$0.name, $0.value] }, lab)
                // The parser's own words tell the two forms apart.
                let parsed = try check(pairs.map { "\($0.name)=\($0.value)" }, lab)
                #expect(plain.status == parsed.status, "\(plain) \(parsed)")
                #expect(plain.output == parsed.output, "\(plain) \(parsed)")
                #expect(plain.errors == parsed.errors, "\(plain) \(parsed)")
            }
            // Both forms in one call, and what is neither.
            let servers = LabAddress.servers.map { "\($0)" }
            let mixed = try check(["--timeout=20", "--stun", servers[0], "--stun=\(servers[1])"], lab)
            let plain = try check(["--timeout", "20", "--stun", servers[0], "--stun", servers[1]], lab)
            #expect(mixed.status == plain.status && mixed.output == plain.output, "\(mixed) \(plain)")
            #expect(try check(["--timeout"], lab).status == 64)
            #expect(try check(["--textfile", ""], lab).status == 64)
            #expect(try check(["--timeout", "5", "extra"], lab).status == 64)
            #expect(try check(["--timeout", "5", "--help"], lab).output.contains("USAGE: nataudit node-check"))
        }
    }

    private func check(_ arguments: [String], _ lab: NATLab) throws -> ToolRun {
        try Program.run(["node-check"] + arguments, in: lab.nat.namespace)
    }
}
