import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// Rulesets of real systems, each with the verdict that real flows through it showed.
struct CorpusVerdictTests {
    /// Labelled by its translations, which no forwarded packet meets: its zones let nothing from one link to another.
    private static let forwardsNothing: Set<String> = ["firewalld-nftables (nftables)"]

    @Test func noVerdictContradictsALabel() async throws {
        let labels = try CorpusHost.all()
        #expect(labels.count >= 60)
        let cases = labels.sorted { $0.key < $1.key }.flatMap { name, label in
            let backends: [Backend] = label.isNative ? [.nftables] : [.iptablesNft, .iptablesLegacy]
            return backends.map { (name: name, label: label, backend: $0) }
        }
        let lanes = 4
        let results = try await withThrowingTaskGroup { group in
            for lane in 0..<lanes {
                group.addTask {
                    try await inTurn {
                        try stride(from: lane, to: cases.count, by: lanes).map { index in
                            let (name, label, backend) = cases[index]
                            let verdict = try Self.verdict(of: label, backend)
                            return (name: "\(name) (\(backend.rawValue))", label: label, verdict: verdict)
                        }
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        for result in results where Self.forwardsNothing.contains(result.name) {
            #expect(result.verdict == "blocked")
        }
        for result in results where result.verdict != "unknown" && !Self.forwardsNothing.contains(result.name) {
            #expect(result.label.allowed.contains(result.verdict), "\(result.name): \(result.label.verdict)")
        }
        let unknown = results.filter { $0.verdict == "unknown" && !$0.label.verdict.hasPrefix("conditional") }
        print(
            "corpus: \(results.count) scans, \(results.count { $0.verdict != "unknown" }) as labelled, "
                + "\(unknown.count) unknown where real flows told: \(unknown.map(\.name).sorted().joined(separator: ", "))"
        )
    }

    private static func verdict(of label: CorpusHost, _ backend: Backend) throws -> String {
        let host = try label.load(backend)
        let run = try Program.run(["scan", "--no-stun", "--format", "json"], in: host.namespace)
        guard !run.output.isEmpty else { throw LabError.failed(run) }
        return try JSONDecoder().decode(ScanOutput.self, from: Data(run.output.utf8)).verdict
    }
}
