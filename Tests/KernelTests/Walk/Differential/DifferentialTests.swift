import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// The walk against the kernel: random packets through random rules, foretold and then sent for real.
struct DifferentialTests {
    /// How many packets each ruleset is tried with.
    private static let packets = 10
    /// How many pairs of ruleset and packet are tried; NATAUDIT_PAIRS asks for more.
    private static let pairs =
        ProcessInfo.processInfo.environment["NATAUDIT_PAIRS"].flatMap { Int($0) } ?? 2000
    /// Where the seeds begin; each ruleset has its own.
    private static let firstSeed =
        ProcessInfo.processInfo.environment["NATAUDIT_SEED"].flatMap { UInt64($0) } ?? 1

    /// What was once foretold wrong.
    enum Lesson: String, CaseIterable {
        case outInterfaceStaysForTheHookThatReroutes
        case redirectedToItselfItPassesPostrouting
        case masqueradeOnLoopbackPresentsTheFirstAddressOfTheHost

        var rules: RandomRules {
            switch self {
            case .outInterfaceStaysForTheHookThatReroutes:
                RandomRules(
                    nft: """
                        table ip t {
                          chain n { type nat hook output priority -100; ip daddr 198.51.100.9 dnat to 192.0.2.77; }
                          chain f { type filter hook output priority 0; oifname "wan2" drop; }
                        }
                        """
                )
            case .redirectedToItselfItPassesPostrouting:
                RandomRules(
                    nft: """
                        table ip t {
                          chain n { type nat hook output priority -100; udp dport 9000 redirect to :7000; }
                          chain p { type nat hook postrouting priority 100; oifname "lo" snat to 203.0.113.61; }
                        }
                        """
                )
            case .masqueradeOnLoopbackPresentsTheFirstAddressOfTheHost:
                RandomRules(
                    nft: """
                        table ip t {
                          chain n { type nat hook output priority -100; udp dport 9000 redirect; }
                          chain p { type nat hook postrouting priority 100; masquerade; }
                        }
                        """
                )
            }
        }
    }

    @Test(arguments: Lesson.allCases)
    func whatWasForetoldWrongOnce(_ lesson: Lesson) throws {
        let lab = try DifferentialLab()
        let ports: [UInt16] = [3478, 9000]
        let packets = ["198.51.100.9", "192.0.2.10"].compactMap { IPAddress($0) }.flatMap { address in
            ports.map { port in
                RandomPacket(
                    source: nil,
                    sourcePort: 20_000 + port % 991 + (address == .v4(0xC000_020A) ? 5000 : 0),
                    destination: address,
                    destinationPort: port
                )
            }
        }
        try lab.load(lesson.rules)
        var tally = DifferentialTally()
        for ((packet, outcomes), seen) in zip(zip(packets, try lab.foretold(packets)), try lab.sent(packets)) {
            #expect(outcomes.count == 1)
            tally.add(outcomes, seen, lesson.rules, "\(lesson), \(packet)")
        }
        #expect(tally.disagreements.isEmpty, "\(tally.disagreements.joined(separator: "\n"))")
        #expect(tally.translated + tally.dropped > 0)
    }

    @Test func theWalkForetellsWhatTheKernelDoes() async throws {
        let count = max(1, Self.pairs / Self.packets)
        let tally = try await onOwnThread {
            let lab = try DifferentialLab()
            var tally = DifferentialTally()
            for offset in 0..<count {
                let seed = Self.firstSeed + UInt64(offset)
                let rules = RandomRules(seed: seed)
                var random = SplitMix64(seed: seed ^ 0xABCD)
                let packets = RandomPacket.packets(Self.packets, using: &random)
                try lab.load(rules)
                let foretold = try lab.foretold(packets)
                for ((packet, outcomes), seen) in zip(zip(packets, foretold), try lab.sent(packets)) {
                    tally.add(outcomes, seen, rules, "seed \(seed), \(packet)")
                }
            }
            return tally
        }
        print("differential: \(tally)")
        #expect(tally.disagreements.isEmpty, "\(tally.disagreements.prefix(5).joined(separator: "\n"))")
        #expect(tally.pairs == count * Self.packets)
        #expect(tally.conditional * 20 < tally.pairs)
        // Rules that decide nothing would agree with anything.
        #expect(tally.translated * 4 > tally.pairs)
    }
}

/// How the walk did.
struct DifferentialTally: CustomStringConvertible {
    private(set) var pairs = 0
    private(set) var translated = 0
    private(set) var dropped = 0
    /// How many answers depend, where no condition stands in the rules that nothing decides beforehand.
    private(set) var conditional = 0
    private(set) var disagreements: [String] = []

    var description: String {
        "\(pairs) pairs, \(translated) translated, \(dropped) dropped, \(conditional) left open without a reason, "
            + "\(disagreements.count) disagreements"
    }

    mutating func add(
        _ outcomes: [WalkOutcome],
        _ seen: [(place: KernelName, arrival: RawReceiver.Arrival)],
        _ rules: RandomRules,
        _ name: String
    ) {
        pairs += 1
        if seen.isEmpty { dropped += 1 }
        if outcomes.contains(where: { if case .translated = $0.end { true } else { $0.destinationRule != nil } }) {
            translated += 1
        }
        if outcomes.count > 1, !rules.holdsUnknowable { conditional += 1 }
        guard outcomes.contains(where: { Self.agrees($0, seen) }) else {
            let what = outcomes.map { "\($0.end) \($0.packet.map { "\($0)" } ?? "") \($0.conditions) \($0.steps)" }
            disagreements.append("\(name): foretold \(what.joined(separator: "\n or ")), seen \(seen)\n\(rules)")
            return
        }
    }

    private static func agrees(
        _ outcome: WalkOutcome,
        _ seen: [(place: KernelName, arrival: RawReceiver.Arrival)]
    ) -> Bool {
        switch outcome.end {
        case .dropped, .unroutable: return seen.isEmpty
        case .unknown: return false
        case .delivered, .passed, .translated:
            guard seen.count == 1, let (place, arrival) = seen.first, let packet = outcome.packet else { return false }
            var wanted: KernelName = "lo"
            if case .link(_, let name) = packet.outInterface { wanted = name }
            if outcome.end == .delivered { wanted = "lo" }
            guard place == wanted, arrival.destination.address == packet.destination,
                packet.destinationPort == nil || packet.destinationPort == arrival.destination.port
            else { return false }
            guard packet.source == arrival.source.address else { return false }
            return packet.sourcePort.map { $0 == arrival.source.port } ?? isInRange(outcome, arrival.source.port)
        }
    }

    private static func isInRange(_ outcome: WalkOutcome, _ port: UInt16) -> Bool {
        guard case .translated(_, let translation) = outcome.end else { return true }
        return translation.ports?.contains(port) ?? (port >= 1024)
    }
}
