internal import NetlinkBridge

extension NodeCheckLine {
    /// The line of a report: the verdict, its cause, and who owns that.
    init(_ report: ScanReport) {
        let verdict = report.conclusion.verdict
        let wordings: [String]
        switch verdict {
        case .blocked: wordings = Self.blocked(report)
        case .hard: wordings = Self.hard(report)
        case .unknown: wordings = Self.unknown(report)
        case .easy: wordings = Self.easy(report)
        case .noNAT: wordings = Self.untranslated(report)
        }
        // What makes the check fail beside a good verdict has to be what the line names.
        let errors = report.findings.filter { $0.severity == .error }.map(\.title)
        let isGood = verdict == .easy || verdict == .noNAT
        self.init(verdict, firstOf: isGood && !errors.isEmpty ? [errors[0]] : wordings)
    }

    private static func blocked(_ report: ScanReport) -> [String] {
        if let path = report.paths.first(where: { $0.verdict == .blocked }) {
            return ["\(path.reason), from \(path.candidate.origin)", path.reason]
        }
        return [report.probes.first { $0.verdict == .blocked }?.reason ?? "UDP does not get out"]
    }

    private static func hard(_ report: ScanReport) -> [String] {
        let hardPaths = report.paths.filter { $0.verdict == .hard }
        let cause = report.hardRule.map { words(of: $0.rule, on: $0.path) }
        switch report.conclusion.attribution {
        case .upstream where !hardPaths.contains(where: { $0.candidate.origin != .host }):
            return ["upstream NAT changes the port; this node \(node(report))"]
        case .upstream, .both:
            return cause.map { ["\($0.last ?? ""); upstream too"] } ?? [
                "this node and upstream NAT change the port"
            ]
        case .unknown where report.isPermissionMissing:
            return ["the port changes; its cause is unread: CAP_NET_ADMIN is missing"]
        default:
            return cause ?? ["the port changes with the destination; no rule that was read does it"]
        }
    }

    /// What this node does by its rules, where a probe was not sent through all of them.
    private static func node(_ report: ScanReport) -> String {
        switch Verdict.worst(of: report.paths.map(\.verdict)) {
        case .easy: "easy"
        case .noNAT: "translates nothing"
        default: "keeps it"
        }
    }

    /// The rule at fault: what it does, whose it is and where it stands; then shorter.
    private static func words(of rule: SourceNATRule, on path: EgressPath) -> [String] {
        let flags = rule.translation.flags.words.joined(separator: ",")
        let manner = [flags, rule.translation.undecided ?? ""].first { !$0.isEmpty } ?? ""
        let kind = rule.translation.kind.rawValue.uppercased()
        let place = rule.reference.place
        var words = manner.isEmpty ? kind : "\(kind) \(manner)"
        if let owner = rule.owner { words += " by \(owner.name)" }
        words += " in \(name("\(place.chain)", isPlain: place.chain.isPlain))"
        let short = words
        if rule.owner == nil {
            let table = name("\(place.table)", isPlain: place.table.isPlain)
            words +=
                " of \(place.isLegacy ? "legacy " : "")table \(place.family) \(table), rule \(rule.reference.position)"
        }
        let origin = path.candidate.origin == .host ? "" : ", for \(path.candidate.origin)"
        guard let prefix = path.candidate.namedDestination else { return ["\(words)\(origin)", words] }
        // That it is not for every destination matters more than the rest.
        return ["\(words)\(origin)", words, "\(short)\(origin)", short].map { "\($0), to \(prefix)" } + [words]
    }

    private static func unknown(_ report: ScanReport) -> [String] {
        if report.isPermissionMissing {
            guard let probe = report.probes.first(where: { $0.verdict != .unknown }) else {
                return ["rules unread: CAP_NET_ADMIN is missing"]
            }
            return ["STUN says \(probe.verdict.rawValue); rules unread: CAP_NET_ADMIN is missing"]
        }
        let path = report.paths.first { $0.verdict == .unknown }?.reason
        let probe = report.probes.first { $0.verdict == .unknown }?.reason
        return [path ?? probe ?? "no way out of this node was found in its routes"]
    }

    /// The line of a report whose good verdict does not count, since rules could not be read.
    init(doubting report: ScanReport) { self.init(.unknown, firstOf: Self.unknown(report)) }

    private static func easy(_ report: ScanReport) -> [String] {
        let weak = report.conclusion.holds.exception(to: .easy)
        guard let probe = report.probes.first(where: { $0.verdict == .easy }) else {
            // What a probe of the host's own socket saw untranslated, nobody upstream translates either.
            return [
                "this node easy\(weak); \(report.probes.isEmpty ? "upstream untested" : "no NAT upstream")"
            ]
        }
        let count = probe.servers.count { $0.mapped != nil }
        return [
            "one port for every destination\(weak); \(count) servers saw it",
            "one port for every destination\(weak)",
        ]
    }

    private static func untranslated(_ report: ScanReport) -> [String] {
        report.probes.isEmpty
            ? ["this node translates nothing; upstream untested"]
            : ["servers see this node's own address and port"]
    }
}

extension ScanReport {
    /// The first path that is hard by the rules, and the rule that makes it so.
    ///
    /// Where several rules may be met, the last one: what comes before is for packets that something singles out, such as
    /// kube-proxy's mark.
    var hardRule: (path: EgressPath, rule: SourceNATRule)? {
        guard let path = paths.first(where: { $0.verdict == .hard }) else { return nil }
        let met = path.outcomes.compactMap { outcome -> SourceNATRule? in
            guard case .translated(let reference, _) = outcome.end else { return nil }
            return index(of: reference).map { rules[$0] }
        }
        return met.last { $0.verdict == .hard }.map { (path, $0) }
    }

    /// The summary, with the rule that the line names where the path's reason is another one that it may meet before.
    var summaryOfLine: String {
        guard let (path, rule) = hardRule, rule.reference != path.deciding else { return conclusion.summary }
        let words = "\(rule.reference.words) \(TranslationVerdict(rule.translation).clause)"
        return conclusion.summary.replacing(path.reason, with: words)
    }

    /// Tells whether rules could not be read for want of a privilege.
    public var isPermissionMissing: Bool { findings.contains { $0.id == .permissionMissing } }
}
