import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// Traffic through a NAT that is fixed and put back: none of it leaves with its inside source, and nothing breaks.
///
/// One backend after the other: two streams at once would not be as fast.
@Suite(.serialized)
struct RepairTrafficTests {
    /// How many cycles of fix and undo each backend has: `NATAUDIT_CYCLES`, or two.
    private static let cycles = ProcessInfo.processInfo.environment["NATAUDIT_CYCLES"].flatMap { Int($0) } ?? 2

    /// The rules at fault: each backend alone, and two that meet different packets.
    enum Rules: String, CaseIterable {
        case nftables, iptablesNft, iptablesLegacy, mixed

        func load(on host: LabHost) throws {
            let draw = "-o wan -j MASQUERADE --random-fully"
            switch self {
            case .nftables: try host.load(postrouting: ["oifname \"wan\" masquerade fully-random"], .nftables)
            case .iptablesNft: try host.load(postrouting: [draw], .iptablesNft)
            case .iptablesLegacy: try host.load(postrouting: [draw], .iptablesLegacy)
            case .mixed:
                try host.load(postrouting: ["-s \(LabAddress.clientA) \(draw)"], .iptablesLegacy)
                try host.require("nft", "-f", "-", input: Self.second)
            }
        }

        private static let second = """
            table ip site { chain post { type nat hook postrouting priority 120; oifname "wan" masquerade random; }; }
            """
    }

    @Test(arguments: Rules.allCases)
    func noneLeavesUntranslatedAndNothingBreaks(_ rules: Rules) async throws {
        try await inTurn {
            let lab = try FixLab()
            try rules.load(on: lab.nat)
            let traffic = try NATTraffic(lab.lab)
            // The rule alone, for as long as some cycles take.
            let begin = ContinuousClock.now
            let alone = try traffic.count { try lab.scanOften(3 * Self.cycles) }
            let fixed = try traffic.count {
                for _ in 0..<Self.cycles {
                    let fix = try lab.fix(proof: ["--no-verify"])
                    #expect(fix.status == 0, "\(fix.errors) \(fix.output)")
                    let again = try lab.fix(proof: ["--no-verify"])
                    #expect(again.status == 0, "\(again.errors) \(again.output)")
                    let undo = try lab.undo()
                    #expect(undo.status == 0, "\(undo.errors)")
                }
            }
            let duration = ContinuousClock.now - begin
            let connections = try traffic.stop()
            #expect(fixed.untranslated == 0, "\(fixed)")
            #expect(alone.untranslated == 0, "\(alone)")
            #expect(fixed.sent > 1000 * Self.cycles / 2, "\(fixed)")
            // One in ten thousand more: what a socket's buffer loses under load is no rule's doing.
            #expect(fixed.lossPerMillion <= alone.lossPerMillion + 100, "\(fixed), alone \(alone)")
            #expect(connections.exchanges > 10 && connections.new > 2, "\(connections)")
            // The counter that saw no inside source sees one.
            try lab.nat.require("nft", "flush ruleset")
            try lab.nat.require("sh", "-c", "iptables-legacy -t nat -F; conntrack -F")
            #expect(try traffic.untranslatedIsSeen(lab))
            if Self.cycles > 2 {
                print(
                    "traffic, \(rules.rawValue): \(Self.cycles) cycles in \(duration), \(fixed); rule alone: \(alone); \(connections)"
                )
            }
        }
    }
}

extension FixLab {
    /// Reads as often, so that the machine is as busy as while it is fixed.
    fileprivate func scanOften(_ times: Int) throws {
        for _ in 0..<times { _ = try nataudit(["scan", "--no-stun", "--exit-zero"]) }
    }
}
