import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// A plan of which the kernel refuses one message, whichever it is: nothing of it is made, and the message is named.
struct RefusedBatchTests {
    @Test(arguments: [FixTableTests.rules[0], .awsVPCCNI(.iptablesLegacy)])
    func whicheverMessageIsRefusedNothingIsMade(_ rule: NATRule) async throws {
        try await inTurn {
            let lab = try FixLab(rule)
            let old = try HostImage(lab.nat)
            let state = StateFolder(of: lab.nat.namespace.identity, override: lab.state.path(percentEncoded: false))
            let plan = try lab.nat.namespace.perform {
                try FixRun(
                    intent: FixIntent(overridesOwner: true),
                    probe: nil,
                    place: .here,
                    namespace: "host",
                    state: state,
                    isInterrupted: { false },
                    say: { _ in }
                ).preview().plan
            }
            let whole = try plan.commands()
            #expect(whole.count > 4)
            for index in whole.indices {
                var commands = whole
                commands[index] = .deleteTable(.ip, "absent")
                guard case .refused(let refusals) = try Self.commit(commands, plan, lab) else {
                    Issue.record("the message \(index) was not refused")
                    continue
                }
                #expect(refusals.first?.command == index)
                let now = try HostImage(lab.nat)
                #expect(now == old && now.generation == old.generation)
            }
            #expect(try Self.commit(whole, plan, lab) == .committed)
            #expect(try HostImage(lab.nat).foreignRules == old.foreignRules)
        }
    }

    private static func commit(_ commands: [NftCommand], _ plan: FixPlan, _ lab: FixLab) throws -> NftCommit {
        try lab.nat.namespace.perform {
            var writer = try NftWriter()
            return try writer.commit(try NftBatch(commands, plannedOn: plan.generation))
        }
    }
}
