internal import NetlinkBridge

/// `address-pool-without-persistent`: pools from which a destination chooses the address.
enum AddressPools {
    static func findings(_ evidence: Evidence) -> [Finding] {
        evidence.rules.indices.compactMap { index in
            let rule = evidence.rules[index]
            let isPool = rule.translation.addresses.contains { $0.first != $0.last }
            guard rule.reach != .never, isPool, rule.translation.kind == .snat,
                !rule.translation.flags.contains(.persistent)
            else { return nil }
            return Finding(
                .addressPoolWithoutPersistent,
                .warning,
                "an address pool without persistent",
                detail:
                    "The kernel chooses the address by source and destination. A socket keeps its mapping while one "
                    + "of its flows lives, and may get another address afterwards.",
                evidence: [rule.evidence],
                rule: index,
                remedies: [
                    Remedy(
                        summary: "Add the flag persistent, with which the source alone chooses the address.",
                        environment: "this-host",
                        commands: [],
                        verify: ["nataudit scan"]
                    )
                ]
            )
        }
    }
}

/// `narrow-port-range`: rules that leave out ports of 1024 to 65535.
enum PortRanges {
    static func findings(_ evidence: Evidence) -> [Finding] {
        evidence.rules.indices.compactMap { index in
            let rule = evidence.rules[index]
            guard rule.reach != .never, let ports = rule.translation.ports,
                ports.lowerBound > 1024 || ports.upperBound < 65535
            else { return nil }
            return Finding(
                .narrowPortRange,
                .note,
                "only the ports \(ports.lowerBound) to \(ports.upperBound) are used",
                detail:
                    "A source port outside of them is moved once and then kept; where they run out, new flows of "
                    + "all sources are dropped.",
                evidence: [rule.evidence],
                rule: index
            )
        }
    }
}

/// `port-collision` and `inbound-first-changes-port`: what plain translation does not hold under.
enum WeakMappings {
    static func findings(_ evidence: Evidence) -> [Finding] {
        let easy = evidence.paths.filter { $0.verdict == .easy && $0.deciding != nil }
        guard let path = easy.first else { return [] }
        let index = evidence.index(of: path.deciding)
        var findings: [Finding] = []
        let open = evidence.inputPath.interfaces.filter { $0.isOpen == .yes }
        if !open.isEmpty {
            findings.append(
                Finding(
                    .inboundFirstChangesPort,
                    .note,
                    "a peer that sends first makes the port change",
                    detail: "Nothing drops unsolicited UDP on the way in by "
                        + "\(open.map { "\($0.name)" }.joined(separator: ", ")), so that conntrack keeps it as a flow, "
                        + "and the client's own packet to that peer gets another port.",
                    evidence: open.map { "new UDP to \($0.address) by \($0.name) is let in" },
                    rule: index,
                    remedies: [.guardingInput]
                )
            )
        }
        if easy.contains(where: { $0.candidate.origin != .host }) {
            findings.append(
                Finding(
                    .portCollision,
                    .note,
                    "two clients with one source port get two external ports",
                    detail:
                        "Where clients behind this host use the same source port (every Tailscale node uses 41641), "
                        + "one of them gets another port towards a destination that both talk to.",
                    evidence: easy.map { "path \($0.words)" },
                    rule: index
                )
            )
        }
        return findings
    }
}

extension Remedy {
    /// What helps where a peer that sends first makes the port change.
    static let guardingInput = Remedy(
        summary: "Drop new UDP from outside for which no local socket listens.",
        environment: "this-host",
        commands: ["nataudit fix --masquerade"],
        verify: ["nataudit scan"]
    )
}

/// `mixed-backends`: source translations in more than one backend.
enum Backends {
    static func findings(_ evidence: Evidence) -> [Finding] {
        // nataudit's own table stands beside any backend on purpose.
        let others = evidence.rules.filter { $0.reference.place.table != PlannedTable.name }
        let backends = Set(others.map(\.rule.backend))
        guard backends.count > 1 else { return [] }
        let names = Backend.allCases.filter { backends.contains($0) }.map(\.rawValue).joined(separator: ", ")
        return [
            Finding(
                .mixedBackends,
                .note,
                "sources are translated by rules of several backends",
                detail:
                    "The tools of one backend do not show the rules of the others (\(names)); the first chain that "
                    + "translates wins.",
                evidence: others.map(\.evidence)
            )
        ]
    }
}
