/// Makes findings and the verdict of evidence.
public enum Audit {
    /// The checks, in the order in which their findings are reported.
    private static let checks: [@Sendable (Evidence) -> [Finding]] = [
        { RandomSourcePorts.findings($0) }, { OverriddenFix.findings($0) }, { MissingFix.findings($0) },
        { BlockedPaths.findings($0) }, { UpstreamNAT.findings($0) },
        { Disagreement.findings($0) }, { AddressPools.findings($0) }, { PortRanges.findings($0) },
        { WeakMappings.findings($0) }, { Forwarding.findings($0) }, { Backends.findings($0) },
        { ShadowedRules.findings($0) },
        { OutsideDatapaths.findings($0) }, { RemappedFlows.findings($0) },
        { Silence.findings($0) }, { Disagreeing.findings($0) },
        { HighPorts.findings($0) }, { EndpointFirewalls.findings($0) }, { ShortTimeouts.findings($0) },
        { SmallPackets.findings($0) }, { VPNRoutes.findings($0) }, { NATsInARow.findings($0) },
        { Permissions.findings($0) },
    ]

    /// Everything that the checks find, worst first.
    public static func findings(_ evidence: Evidence) -> [Finding] {
        let found = checks.flatMap { $0(evidence) }
        // A stable sort: within a severity the order of the checks stays.
        return Finding.Severity.allCases.reversed().flatMap { severity in
            found.filter { $0.severity == severity }
        }
    }

    /// What could not be seen, and why.
    public static func limits(_ evidence: Evidence) -> [String] {
        var limits = evidence.snapshot.gaps.map(\.sentence)
        if evidence.probes.isEmpty {
            limits.append(
                "no probe was sent: the verdict speaks of this host only, not of what lies upstream"
            )
        }
        if evidence.snapshot.virtualServices > 0 {
            limits.append("IPVS translates packets outside the rules: its services are not evaluated")
        }
        let unread = evidence.ruleset.unreadChains
        if unread > 0 {
            limits.append(
                "the rules kept changing while they were read: \(unread) chains that no packet of the paths meets were left "
                    + "out, so that their rules are not listed"
            )
        }
        limits += OutsideDatapaths.limits(evidence)
        limits += evidence.snapshot.unanswered
        if evidence.snapshot.unfollowedPaths > 0 {
            limits.append(
                "up to \(evidence.snapshot.unfollowedPaths) more paths lead through this host than were followed: --from follows "
                    + "one"
            )
        }
        if evidence.snapshot.unfollowedDestinations > 0 {
            limits.append(
                "rules tell \(evidence.snapshot.unfollowedDestinations) more destinations apart than were followed: "
                    + "`nataudit trace --to` follows one"
            )
        }
        limits += evidence.flows?.limits ?? []
        if evidence.paths.isEmpty { limits.append("no path out of this host was found in its routes") }
        return limits
    }
}
