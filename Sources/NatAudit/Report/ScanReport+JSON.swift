internal import NetlinkBridge

extension ScanReport: Encodable {
    private enum CodingKeys: String, CodingKey {
        case schema, tool, host, verdict, holds, attribution, summary, sourceNAT, paths, probes, findings,
            limits
    }

    /// Writes every key of the contract, null where there is nothing.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(Self.schema, forKey: .schema)
        try values.encode(["name": Tool.name, "version": Tool.version], forKey: .tool)
        try values.encode(HostJSON(host: host, time: time), forKey: .host)
        try values.encode(conclusion.verdict, forKey: .verdict)
        try values.encode(conclusion.holds, forKey: .holds)
        try values.encode(conclusion.attribution, forKey: .attribution)
        try values.encode(conclusion.summary, forKey: .summary)
        try values.encode(rules.map(RuleJSON.init), forKey: .sourceNAT)
        try values.encode(
            paths.map { PathJSON(path: $0, rule: index(of: $0.deciding)) },
            forKey: .paths
        )
        try values.encode(probes, forKey: .probes)
        try values.encode(findings.map(FindingJSON.init), forKey: .findings)
        try values.encode(limits, forKey: .limits)
    }
}

private struct HostJSON: Encodable {
    let host: HostIdentity
    let time: String

    enum CodingKeys: String, CodingKey { case hostname, kernel, netns, cloud, time }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(host.name, forKey: .hostname)
        try values.encode(host.kernel, forKey: .kernel)
        try values.encode(host.namespace, forKey: .netns)
        try values.encode(host.cloud?.rawValue, forKey: .cloud)
        try values.encode(time, forKey: .time)
    }
}

private struct RuleJSON: Encodable {
    let rule: SourceNATRule

    enum CodingKeys: String, CodingKey {
        case backend, family, table, chain, handle, position, kind, flags, addresses, ports, comment, owner,
            text
        case verdict, reach, when, why
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(rule.rule.backend.rawValue, forKey: .backend)
        try values.encode("\(rule.reference.place.family)", forKey: .family)
        try values.encode("\(rule.reference.place.table)", forKey: .table)
        try values.encode("\(rule.reference.place.chain)", forKey: .chain)
        try values.encode(rule.rule.handle, forKey: .handle)
        try values.encode(rule.rule.position, forKey: .position)
        try values.encode(rule.translation.kind.rawValue, forKey: .kind)
        try values.encode(rule.translation.flags.words, forKey: .flags)
        try values.encode(rule.translation.addresses.map(\.description), forKey: .addresses)
        try values.encode(rule.translation.ports.map(NftText.text(ofPorts:)), forKey: .ports)
        try values.encode(rule.rule.comment.map { escapedForDisplay($0) }, forKey: .comment)
        try values.encode(rule.owner?.name, forKey: .owner)
        try values.encode(rule.rule.text, forKey: .text)
        try values.encode(rule.verdict, forKey: .verdict)
        try values.encode(rule.reach, forKey: .reach)
        try values.encode(rule.when, forKey: .when)
        try values.encode(rule.why, forKey: .why)
    }
}

private struct PathJSON: Encodable {
    let path: EgressPath
    let rule: Int?

    enum CodingKeys: String, CodingKey {
        case from, to, inInterface, outInterface, family, `protocol`, verdict, rule, when, why, steps
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode("\(path.candidate.origin)", forKey: .from)
        try values.encode(path.candidate.destinationWords, forKey: .to)
        try values.encode(path.inInterface.map { "\($0)" }, forKey: .inInterface)
        try values.encode(path.outInterface.map { "\($0)" }, forKey: .outInterface)
        try values.encode(path.candidate.family.rawValue, forKey: .family)
        try values.encode("udp", forKey: .protocol)
        try values.encode(path.verdict, forKey: .verdict)
        try values.encode(rule, forKey: .rule)
        try values.encode(path.condition, forKey: .when)
        try values.encode(path.reason, forKey: .why)
        try values.encode((path.outcomes.first?.steps ?? []).map(\.description), forKey: .steps)
    }
}

private struct FindingJSON: Encodable {
    let finding: Finding

    enum CodingKeys: String, CodingKey { case id, severity, title, detail, evidence, rule, remedies }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(finding.id, forKey: .id)
        try values.encode(finding.severity, forKey: .severity)
        try values.encode(finding.title, forKey: .title)
        try values.encode(finding.detail, forKey: .detail)
        try values.encode(finding.evidence, forKey: .evidence)
        try values.encode(finding.rule, forKey: .rule)
        try values.encode(finding.remedies, forKey: .remedies)
    }
}
