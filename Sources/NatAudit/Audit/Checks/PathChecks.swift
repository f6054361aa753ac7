internal import NetlinkBridge

/// `udp-blocked` and `forward-dropped`: paths on which UDP does not get out.
enum BlockedPaths {
    /// So many paths are named in one finding; the report lists them all.
    private static let shown = 6

    static func findings(_ evidence: Evidence) -> [Finding] {
        let blocked = evidence.paths.filter { $0.verdict == .blocked }
        let byRule = blocked.filter { !evidence.isFiltered($0) }.map { path in
            let isForwarded = path.candidate.origin != .host
            return Finding(
                isForwarded ? .forwardDropped : .udpBlocked,
                .error,
                "UDP from \(path.candidate.origin) to \(path.candidate.destinationWords) is dropped on this host",
                detail: path.isWithoutWay
                    ? "No way leads on from this host." : "A rule of this host drops the packet before it leaves.",
                evidence: [path.evidence]
            )
        }
        let byProbe = evidence.probes.filter { $0.verdict == .blocked }.map { probe in
            Finding(
                .udpBlocked,
                .error,
                "UDP does not get out or its answers do not get back",
                detail: "Seen from \(probe.from): \(probe.reason).",
                evidence: probe.servers.compactMap { server in
                    server.error.map { "\(server.server): \($0)" }
                }
            )
        }
        return byRule + byProbe + filtered(blocked.filter { evidence.isFiltered($0) })
    }

    /// What filters keep from some destinations only, in one note for the host and one for all behind it.
    private static func filtered(_ paths: [EgressPath]) -> [Finding] {
        [true, false].compactMap { isForwarded in
            let own = paths.filter { ($0.candidate.origin != .host) == isForwarded }
            guard !own.isEmpty else { return nil }
            let prefixes = Set(own.compactMap(\.candidate.namedDestination))
            let only = prefixes.count == 1 ? prefixes.first : nil
            let words = only.map { "\($0)" } ?? "\(prefixes.count) destinations"
            return Finding(
                isForwarded ? .forwardDropped : .udpBlocked,
                .note,
                "\(isForwarded ? "forwarded UDP" : "UDP from host") to \(words) is dropped on this host",
                detail: "Rules drop it there alone. To elsewhere UDP gets out: the verdict does not rest on this.",
                evidence: own.prefix(shown).map(\.evidence)
                    + (own.count > shown ? ["and \(own.count - shown) more paths"] : [])
            )
        }
    }
}

/// `forwarding-disabled`: sources are translated for others, but nothing is forwarded.
enum Forwarding {
    static func findings(_ evidence: Evidence) -> [Finding] {
        AddressFamily.allCases.compactMap { family in
            guard evidence.snapshot.forwarding[family] == false else { return nil }
            // A rule for sources that are not the host's own expects forwarding.
            let expecting = evidence.rules.indices.filter { index in
                let rule = evidence.rules[index]
                guard rule.reference.place.family.covers(family) else { return false }
                let sources = TranslationSources(evidence.ruleset).sources(
                    of: rule.rule,
                    in: rule.reference.place
                )
                return sources.contains { prefix in
                    prefix.address.family == family
                        && !evidence.snapshot.localAddresses.contains { prefix == Prefix(host: $0) }
                }
            }
            guard let index = expecting.first else { return nil }
            return Finding(
                .forwardingDisabled,
                .warning,
                "\(family.words) forwarding is off",
                detail: "Rules translate the sources of other hosts, but this host forwards nothing.",
                evidence: expecting.map { evidence.rules[$0].evidence },
                rule: index
            )
        }
    }
}

/// `upstream-hard-nat`: something behind this host changes the port.
enum UpstreamNAT {
    static func findings(_ evidence: Evidence) -> [Finding] {
        evidence.probes.filter { $0.verdict == .hard && [.upstream, .both].contains($0.attribution) }.map {
            probe in
            Finding(
                .upstreamHardNAT,
                .error,
                "another machine upstream is a hard NAT",
                detail:
                    "This host's conntrack holds one port for the socket, the servers saw others: a repair of "
                    + "this host alone does not help.",
                evidence: probe.servers.compactMap(\.comparison)
                    + (evidence.snapshot.host.cloud == .aws
                        ? ["this host is in AWS, whose NAT Gateway has no easy setting"] : []),
                remedies: [.routingAround]
            )
        }
    }
}

extension Remedy {
    /// What helps against a NAT that is another machine's.
    static let routingAround = Remedy(
        summary:
            "Route around it: a public address, IPv6, or a NAT instance of your own instead of a cloud's NAT gateway.",
        environment: "upstream",
        commands: [],
        verify: ["nataudit scan"]
    )
}

/// `rules-and-probe-disagree`: what was measured is not what follows from the rules.
enum Disagreement {
    static func findings(_ evidence: Evidence) -> [Finding] {
        evidence.paths.compactMap { path in
            guard let probe = evidence.probe(of: path), [.hard, .easy, .noNAT].contains(path.verdict),
                [.hard, .easy, .noNAT].contains(probe.verdict), probe.verdict != path.verdict
            else { return nil }
            // What lies upstream explains a worse result, and a NAT there also an easy one without rules here.
            if [.upstream, .both].contains(probe.attribution) { return nil }
            if path.verdict == .noNAT, probe.verdict == .easy { return nil }
            return Finding(
                .rulesAndProbeDisagree,
                .warning,
                "the rules say \(path.verdict.rawValue), the probe says "
                    + "\(probe.verdict.rawValue)",
                detail:
                    "The measured verdict counts. Existing connections, another program's datapath, or a rule "
                    + "that is not understood can be the reason.",
                evidence: [path.evidence, probe.reason],
                rule: evidence.index(of: path.deciding)
            )
        }
    }
}

extension ServerReport {
    /// The ports at the three places, in one line; nil without an answer.
    var comparison: String? {
        mapped.map { mapped in
            let here = translatedHere.map { "conntrack here \($0), " } ?? ""
            return "\(server): \(here)the server saw \(mapped)"
        }
    }
}
