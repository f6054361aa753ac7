/// The object under the key `live` of `trace --format json`.
extension LiveReport: Encodable {
    private enum Key: String, CodingKey {
        case sent, agrees, agreeing, rules, end, conntrack, differences, notes
    }

    /// Writes the object.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(sent, forKey: .sent)
        try values.encode(agrees, forKey: .agrees)
        try values.encode(agreeing, forKey: .agreeing)
        try values.encode(rules, forKey: .rules)
        try values.encode(end, forKey: .end)
        try values.encode(entry.map { ["sent": $0.sent, "left": $0.left] }, forKey: .conntrack)
        try values.encode(differences, forKey: .differences)
        try values.encode(notes, forKey: .notes)
    }
}

extension LiveReport.MetRule: Encodable {
    private enum Key: String, CodingKey {
        case rule, verdict, agrees
    }

    /// Writes the object.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(name, forKey: .rule)
        try values.encode(verdict, forKey: .verdict)
        try values.encode(agrees, forKey: .agrees)
    }
}
