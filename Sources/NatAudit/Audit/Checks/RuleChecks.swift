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
