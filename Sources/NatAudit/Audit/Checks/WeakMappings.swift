internal import NetlinkBridge

/// `port-collision` and `inbound-first-changes-port`: what an easy mapping does not hold under.
///
/// A warning where a probe provoked it, a note where it only follows from rules that were read.
enum WeakMappings {
    static func findings(_ evidence: Evidence) -> [Finding] {
        let easy = evidence.paths.filter { $0.verdict == .easy && $0.deciding != nil }
        let index = easy.first.flatMap { evidence.index(of: $0.deciding) }
        return [inboundFirst(evidence, easy, index), collision(evidence, easy, index), full(evidence)].compactMap(
            \.self
        )
    }

    /// A mapping of nataudit's own that has hardly a port left.
    private static func full(_ evidence: Evidence) -> Finding? {
        let full = evidence.mappingUses.filter(\.value.isNearlyFull)
        guard let (place, use) = full.min(by: { "\($0.key)" < "\($1.key)" }) else { return nil }
        return Finding(
            .portCollision,
            .warning,
            "hardly an external port is left",
            detail:
                "Of \(use.capacity) external ports \(use.taken) are taken: a socket whose own port is taken draws twelve times, finds "
                + "none, and gets what plain masquerade gives. Claims are free an hour after their last packet.",
            evidence: full.map { "\($0.key): \($0.value.words)" }.sorted(),
            rule: evidence.rules.firstIndex { $0.reference.place == place },
            remedies: [.sparingPorts]
        )
    }

    private static func inboundFirst(_ evidence: Evidence, _ easy: [EgressPath], _ index: Int?) -> Finding? {
        let provoked = evidence.probes.filter { $0.holds.inboundFirst == .no }
        // Measured beats read: where every probe was provoked and stayed, the rules may say what they will.
        let isDisproven = !evidence.probes.isEmpty && evidence.probes.allSatisfy { $0.holds.inboundFirst == .yes }
        let open = easy.isEmpty || isDisproven ? [] : evidence.inputPath.interfaces.filter { $0.isOpen == .yes }
        let links = open.map { "\($0.name)" }.joined(separator: ", ")
        guard !provoked.isEmpty || !open.isEmpty else { return nil }
        return Finding(
            .inboundFirstChangesPort,
            provoked.isEmpty ? .note : .warning,
            "a peer that sends first makes the port change",
            detail: open.isEmpty
                ? "Nothing on the way drops unsolicited UDP before conntrack keeps it as a flow: the client's own packet to that "
                    + "peer then gets another port. The rules of this host do not show where."
                : "Nothing drops unsolicited UDP on the way in by \(links), so that conntrack keeps it as a flow, "
                    + "and the client's own packet to that peer gets another port.",
            evidence: provoked.flatMap { $0.evidence(of: .inboundFirst) }
                + open.map { "new UDP to \($0.address) by \($0.name) is let in" },
            rule: index,
            remedies: easy.isEmpty
                ? [.guardingUpstream]
                : [evidence.holdsOwnTable ? .guardingAgain(evidence.rememberedFix) : .guardingInput]
        )
    }

    private static func collision(_ evidence: Evidence, _ easy: [EgressPath], _ index: Int?) -> Finding? {
        let provoked = evidence.probes.filter { $0.holds.collision == .no }
        let shared = easy.contains { $0.candidate.origin != .host && !$0.isEndpointIndependent }
        guard !provoked.isEmpty || shared else { return nil }
        return Finding(
            .portCollision,
            provoked.isEmpty ? .note : .warning,
            "two clients with one source port get two external ports",
            detail:
                "Where clients behind \(shared ? "this host" : "one NAT") use the same source port (every Tailscale node uses "
                + "41641), one of them gets another port towards a destination that both talk to.",
            evidence: provoked.flatMap { $0.evidence(of: .collision) }
                + (shared ? easy.filter { !$0.isEndpointIndependent }.map { "path \($0.words)" } : []),
            rule: index
        )
    }
}

extension Evidence {
    /// Tells whether nataudit's own table is there.
    fileprivate var holdsOwnTable: Bool {
        snapshot.nftables?.tables.contains(where: PlannedTable.isOwn) == true
    }
}

extension ProbeReport {
    /// What a test of this probe rests on.
    fileprivate func evidence(of test: BehaviorTest) -> [String] {
        tests.filter { $0.test == test.rawValue && $0.result != nil }.map { "\(from): \($0.reason)" }
    }
}

extension Remedy {
    /// The same where not this host translates.
    fileprivate static let guardingUpstream = Remedy(
        summary:
            "On the router that translates for this host: drop new UDP from outside for which no socket there listens.",
        environment: "upstream",
        commands: ["nataudit fix --masquerade     # on that router, where it is a Linux host"],
        verify: ["nataudit stun"]
    )

    /// The same where the fix is in place without it.
    fileprivate static func guardingAgain(_ fix: RememberedFix?) -> Remedy {
        // A NAT instance was made from what was named then, and what outlives a boot was asked for.
        let named = fix?.translatesAlone == true ? " --out-interface NAME --source CIDR" : ""
        let persisting = fix?.isPersisted == true ? " --persist" : ""
        return Remedy(
            summary:
                "Drop new UDP from outside for which no local socket listens: nataudit's table is there without that guard.",
            environment: "this-host",
            commands: ["nataudit undo", "nataudit fix --masquerade\(persisting)\(named)"],
            verify: ["nataudit scan"]
        )
    }

    /// What helps where no ports are left.
    static let sparingPorts = Remedy(
        summary:
            "See who has claimed so many (the set clients). A lower --share keeps one client from taking them all; where all are many, "
            + "lead some of them through another NAT.",
        environment: "this-host",
        commands: [
            "nft list table ip nataudit     # clients, own, moved", "nataudit undo",
            "nataudit fix --masquerade --endpoint-independent --share 1024",
        ],
        verify: ["nataudit scan"]
    )

    /// What helps where a peer that sends first makes the port change.
    static let guardingInput = Remedy(
        summary: "Drop new UDP from outside for which no local socket listens.",
        environment: "this-host",
        commands: ["nataudit fix --masquerade"],
        verify: ["nataudit scan"]
    )
}
