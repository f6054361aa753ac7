import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// What a full table of connection tracking costs a scan.
struct FlowMemoryTests {
    /// Memory at two sizes tells the slope; what a million would take follows from it.
    @Test func memoryGrowsByFewBytesForEachSource() async throws {
        try await inTurn {
            let small = try Self.measure(sources: 10_000)
            let large = try Self.measure(sources: 100_000)
            #expect(small.remapped == 10_000 && large.remapped == 100_000)
            let slope = Double(large.kilobytes - small.kilobytes) * 1024 / 90_000
            print(
                "peak memory: \(small.kilobytes) KiB with 20,000 flows, \(large.kilobytes) KiB with 200,000;",
                "\(slope) bytes for each source"
            )
            // Twelve bytes a place, at least three of eight taken; twice that while the table grows.
            #expect(slope < 64)
            #expect(large.kilobytes < 64 * 1024)
        }
    }

    /// Puts two flows for each source into an empty table and scans it.
    private static func measure(sources: Int) throws -> (kilobytes: Int, remapped: Int) {
        let host = try LabHost()
        // Every source is translated to one port towards the first server, and to the next port towards the second.
        let entries = (0..<sources).flatMap { source in
            (0..<2).map { server in
                """
                -I -p udp -s 10.0.\(source / 60_000).5 -d 198.51.100.\(server + 1) --sport \(1024 + source % 60_000) \
                --dport 3478 -r 198.51.100.\(server + 1) -q 203.0.113.\(source / 60_000 + 1) --reply-port-src 3478 \
                --reply-port-dst \(1024 + source % 60_000 + server) -t 600 -u SEEN_REPLY

                """
            }
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).flows")
        defer { try? FileManager.default.removeItem(at: file) }
        try entries.joined().write(to: file, atomically: true, encoding: .utf8)
        try LabTool.require(["conntrack", "-R", file.path()], in: host.namespace, deadline: .seconds(60))
        let count = try host.require("conntrack", "-C").trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(count == "\(sources * 2)")
        let run = try Program.run(
            ["scan", "--no-stun", "--format", "json"],
            in: host.namespace,
            through: ["/usr/bin/time", "-f", "%M KiB"],
            deadline: .seconds(60)
        )
        let report = try JSONDecoder().decode(ScanOutput.self, from: Data(run.output.utf8))
        let title = report.findings.first { $0.id == "conntrack-remapped" }?.title ?? ""
        let memory = try #require(run.errors.firstMatch(of: /(\d+) KiB/))
        return (try #require(Int(memory.1)), title.firstMatch(of: /^(\d+) UDP sources/).flatMap { Int($0.1) } ?? 0)
    }
}
