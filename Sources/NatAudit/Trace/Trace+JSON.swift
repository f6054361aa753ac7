internal import NetlinkBridge

/// `trace --format json`; the schema is part of the project.
extension Trace: Encodable {
    private enum Key: String, CodingKey {
        case schema, tool, packet, verdict, outcomes, limits, live
    }

    /// Writes the object.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode("nataudit.trace/1", forKey: .schema)
        try values.encode(["name": Tool.name, "version": Tool.version], forKey: .tool)
        try values.encode(PacketJSON(packet), forKey: .packet)
        try values.encode(verdict.rawValue, forKey: .verdict)
        try values.encode(outcomes.map(OutcomeJSON.init), forKey: .outcomes)
        try values.encode(unknownRules.map { [$0] } ?? [], forKey: .limits)
        try values.encodeIfPresent(live, forKey: .live)
    }
}

/// A packet at one end of its way; a port that is drawn or any is null.
private struct PacketJSON: Encodable {
    let source: String
    let sourcePort: UInt16?
    let destination: String
    let destinationPort: UInt16?
    let `protocol`: UInt8
    let inInterface: String?
    let outInterface: String?
    let mark: UInt32?

    init(_ packet: Packet) {
        source = "\(packet.source)"
        sourcePort = packet.sourcePort
        destination = "\(packet.destination)"
        destinationPort = packet.destinationPort
        `protocol` = packet.transport
        inInterface = Self.name(packet.inInterface)
        outInterface = Self.name(packet.outInterface)
        mark = packet.mark
    }

    private static func name(_ interface: Packet.Interface) -> String? {
        if case .link(_, let name) = interface { "\(name)" } else { nil }
    }

    private enum Key: String, CodingKey {
        case source, sourcePort, destination, destinationPort, `protocol`, inInterface, outInterface, mark
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(source, forKey: .source)
        try values.encode(sourcePort, forKey: .sourcePort)
        try values.encode(destination, forKey: .destination)
        try values.encode(destinationPort, forKey: .destinationPort)
        try values.encode(`protocol`, forKey: .protocol)
        try values.encode(inInterface, forKey: .inInterface)
        try values.encode(outInterface, forKey: .outInterface)
        try values.encode(mark, forKey: .mark)
    }
}

/// One thing that may become of the packet.
private struct OutcomeJSON: Encodable {
    let end: String
    let summary: String
    let rule: String?
    let destinationRule: String?
    let when: [String]
    let packet: PacketJSON?
    let steps: [String]

    init(_ outcome: WalkOutcome) {
        switch outcome.end {
        case .translated(let reference, _): (end, rule) = ("translated", reference.words)
        case .passed: (end, rule) = ("passed", nil)
        case .dropped(let reference): (end, rule) = ("dropped", reference.words)
        case .delivered: (end, rule) = ("delivered", nil)
        case .unroutable: (end, rule) = ("unroutable", nil)
        case .unknown: (end, rule) = ("unknown", nil)
        }
        summary = outcome.words
        destinationRule = outcome.destinationRule?.words
        when = outcome.conditions
        packet = outcome.packet.map(PacketJSON.init)
        steps = outcome.steps.map(\.description)
    }

    private enum Key: String, CodingKey {
        case end, summary, rule, destinationRule, when, packet, steps
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(end, forKey: .end)
        try values.encode(summary, forKey: .summary)
        try values.encode(rule, forKey: .rule)
        try values.encode(destinationRule, forKey: .destinationRule)
        try values.encode(when, forKey: .when)
        try values.encode(packet, forKey: .packet)
        try values.encode(steps, forKey: .steps)
    }
}
