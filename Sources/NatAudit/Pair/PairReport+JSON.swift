internal import NetlinkBridge

// Every key is written, null where there is nothing.

extension PairReport: Encodable {
    private enum CodingKeys: String, CodingKey {
        case schema, tool, verdict, family, summary, sides, families, changes, notes
    }

    /// Writes the form `nataudit.pair/1`.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(Self.schema, forKey: .schema)
        try values.encode(["name": Tool.name, "version": Tool.version], forKey: .tool)
        try values.encode(verdict, forKey: .verdict)
        try values.encode(family?.rawValue, forKey: .family)
        try values.encode(summary, forKey: .summary)
        try values.encode(sides, forKey: .sides)
        try values.encode(judgements, forKey: .families)
        try values.encode(changes, forKey: .changes)
        try values.encode(notes, forKey: .notes)
    }
}

extension PairSide: Encodable {
    private enum CodingKeys: String, CodingKey { case source, file, name, redacted, ip, ip6 }

    /// Writes the side.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(source, forKey: .source)
        try values.encode(file, forKey: .file)
        try values.encode(name, forKey: .name)
        try values.encode(isRedacted, forKey: .redacted)
        try values.encode(ip, forKey: .ip)
        try values.encode(ip6, forKey: .ip6)
    }
}

extension PairLeg: Encodable {
    private enum CodingKeys: String, CodingKey {
        case verdict, filtering, holds, presented, local, measured, why
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(verdict, forKey: .verdict)
        try values.encode(filtering, forKey: .filtering)
        try values.encode(Holds(collision: collision, inboundFirst: inboundFirst), forKey: .holds)
        try values.encode(presented.map(\.description), forKey: .presented)
        try values.encode(local?.description, forKey: .local)
        try values.encode(isMeasured, forKey: .measured)
        try values.encode(why, forKey: .why)
    }
}

extension PairJudgement: Encodable {
    private enum CodingKeys: String, CodingKey { case family, verdict, reasons }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(family.rawValue, forKey: .family)
        try values.encode(verdict, forKey: .verdict)
        try values.encode(reasons, forKey: .reasons)
    }
}

extension PairChange: Encodable {
    private enum CodingKeys: String, CodingKey { case side, summary, finding, remedies, result }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(side, forKey: .side)
        try values.encode(summary, forKey: .summary)
        try values.encode(finding, forKey: .finding)
        try values.encode(remedies, forKey: .remedies)
        try values.encode(result, forKey: .result)
    }
}
