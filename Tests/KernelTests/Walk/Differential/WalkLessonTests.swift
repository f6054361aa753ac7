import NatAudit
import NetlinkBridge
import Testing

/// Rules of which the walk once took too much for certain, against the kernel.
struct WalkLessonTests {
    @Test(arguments: WalkLesson.all)
    func theWalkForetellsWhatTheKernelDoesOrSaysThatItCannot(_ lesson: WalkLesson) throws {
        let lab = try DifferentialLab()
        if !lesson.setup.isEmpty { try lab.nat.ip(lesson.setup) }
        if !lesson.ipsets.isEmpty { try lab.nat.require("ipset", "restore", input: lesson.ipsets) }
        // Nothing else: an empty table of type nat alone changes what the host does.
        let rules = lesson.rules
        let tool = rules.family == .ip ? "iptables" : "ip6tables"
        if !rules.nft.isEmpty { try lab.nat.require("nft", "-f", "-", input: rules.nft) }
        for (backend, text) in [("nft", rules.iptablesNft), ("legacy", rules.iptablesLegacy)] where !text.isEmpty {
            try lab.nat.require("\(tool)-\(backend)-restore", input: text)
        }
        let outcomes = try #require(try lab.foretold([lesson.packet], by: lesson.arrival).first)
        let seen = try #require(try lab.sent([lesson.packet]).first)

        var tally = DifferentialTally()
        tally.add(outcomes, seen, of: lesson.packet, rules, lesson.name)
        #expect(outcomes.count == 1 || lesson.isOpen)
        let isUnknown = outcomes.contains { if case .unknown = $0.end { true } else { !$0.isCertain } }
        if lesson.isOpen { #expect(isUnknown, "\(outcomes), seen \(seen)") }
        #expect(tally.disagreements.isEmpty || lesson.isOpen, "\(tally.disagreements.joined(separator: "\n"))")
    }
}
