import Foundation
import NatAudit
import NetlinkBridge

extension EasyScene {
    /// Puts a translation in the place of the one that was there.
    ///
    /// The table is made as `nataudit fix --masquerade --endpoint-independent` makes it: over a plain rule, with what it reads
    /// from the host itself, and no case says it.
    func load(_ design: Design, _ table: EasyTable = EasyTable()) throws {
        let random = design == .fullyRandom ? " fully-random" : ""
        let rules = table.outward.map { "oifname \"\($0)\" masquerade\(random);" }.joined(separator: " ")
        let site = "table ip site { chain out { type nat hook postrouting priority srcnat; \(rules) }; }\n"
        try nat.require("nft", "-f", "-", input: "table ip site {}\ndelete table ip site\n" + site)
        try nat.namespace.perform {
            _ = try onceUnlocked { try UndoRun(state: state()).run { _ in true } }
            guard design == .easy else { return }
            var intent = FixIntent(mapping: table.limits)
            intent.keepsFlows = table.omitted == .deletion
            let run = FixRun(
                intent: intent,
                probe: nil,
                place: .here,
                namespace: "test",
                state: try state(),
                isInterrupted: { false },
                say: { _ in }
            )
            let report = try onceUnlocked { try run.run { _ in true } }
            guard report.isApplied else {
                throw SystemError("make the table (\(report.refusal.map { "\($0)" } ?? "nothing to do"))", code: 22)
            }
        }
        if design == .easy, let part = table.omitted { try takeOut(part) }
    }

    /// Does something that takes the lock: a child process of another test that is about to start may hold it for a moment.
    private func onceUnlocked<Value>(_ body: () throws -> Value) throws -> Value {
        for _ in 0..<500 {
            do {
                return try body()
            } catch let refusal as PlanRefusal where "\(refusal)".contains("is locked") {
                try pause(until: .now + .milliseconds(10))
            }
        }
        return try body()
    }

    /// Where the record of the fix is kept.
    private func state() throws -> StateFolder {
        StateFolder(of: try NetworkNamespace.current().identity, override: records.path(percentEncoded: false))
    }

    /// Takes a part out of the table.
    private func takeOut(_ part: EasyTable.Part) throws {
        switch part {
        case .keep: try nat.require("nft", "flush chain ip nataudit keep")
        case .guarding: try nat.require("nft", "flush chain ip nataudit guard")
        case .stuck:
            let chain = try nat.require("nft", "-a", "list", "chain", "ip", "nataudit", "elsewhere")
            guard let handle = chain.firstMatch(of: /@stuck .* handle (\d+)/)?.1 else {
                throw SystemError("find the rule in \(chain)", code: 2)
            }
            try nat.require("nft", "delete rule ip nataudit elsewhere handle \(handle)")
        case .reserved: try nat.require("nft", "flush set ip nataudit taken")
        case .pinned: try nat.require("nft", "flush set ip nataudit own")
        case .deletion: break
        }
    }
}
