import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// Random traffic, and what RFC 4787 asks of a NAT that carries it.
struct ModelTests {
    /// How many steps are taken: `NATAUDIT_STEPS`, or 400.
    private static let steps = ProcessInfo.processInfo.environment["NATAUDIT_STEPS"].flatMap { Int($0) } ?? 400
    /// What the steps are drawn with: `NATAUDIT_SEED`, or any.
    private static let seed =
        ProcessInfo.processInfo.environment["NATAUDIT_SEED"].flatMap { UInt64($0) } ?? .random(in: 0..<1_000_000)

    /// What translates.
    enum Subject: String, Sendable, CaseIterable {
        case mapping, mappingWithoutGuard, guardedMasquerade, masquerade
    }

    @Test func theMappingDoesWhatTheModelSays() async throws {
        let run = try await inTurn { try Self.played(.mapping, seed: Self.seed, steps: Self.steps) }
        print("model: seed \(Self.seed), \(Self.steps) steps, \(run.tally)")
        #expect(run.faults.isEmpty, "NATAUDIT_SEED=\(Self.seed): \(run.faults.joined(separator: "\n"))")
        // A run in which nobody met would agree with anything.
        #expect(run.tally.drawn * 10 > run.tally.mappings && run.tally.unsolicited * 20 > Self.steps)
        #expect(run.tally.excused * 10 < run.tally.sent)
    }

    /// The model tells what is less.
    @Test(arguments: [Subject.mappingWithoutGuard, .guardedMasquerade, .masquerade])
    func lessThanTheMappingIsFound(_ subject: Subject) async throws {
        let run = try await inTurn { try Self.played(subject, seed: 1, steps: 400) }
        #expect(!run.faults.isEmpty)
    }

    private static func played(_ subject: Subject, seed: UInt64, steps: Int) throws -> ModelRun {
        let scene = try EasyScene()
        let script = ModelScript(seed: seed, steps: steps)
        var run = try ModelRun(script, on: scene) { try scene.translate(subject) }
        try run.play(script)
        return run
    }
}

extension EasyScene {
    /// Gives the NAT host a rule that draws ports, and overtakes it.
    fileprivate func translate(_ subject: ModelTests.Subject) throws {
        let drawing = subject == .masquerade ? "" : " fully-random"
        let hook = "type nat hook postrouting priority srcnat;"
        try nat.require(
            "nft",
            "-f",
            "-",
            input: "table ip old { chain post { \(hook) oifname \"wan\" masquerade\(drawing); }; }\n"
        )
        guard subject != .masquerade else { return }
        let state = FileManager.default.temporaryDirectory.appending(path: "nataudit-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: state) }
        let run = try Program.run(
            ["fix", "--masquerade", "--yes", "--no-verify"]
                + (subject == .guardedMasquerade ? [] : ["--endpoint-independent"]),
            in: nat.namespace,
            environment: ["NATAUDIT_STATE": state.path(percentEncoded: false)]
        )
        guard run.status == 0 else { throw LabError.failed(run) }
        if subject == .mappingWithoutGuard { try nat.require("nft", "delete", "chain", "ip", "nataudit", "guard") }
    }
}
