public import NetlinkBridge

/// One step of the demonstration: what was done, what was seen, and whether it is what it should be.
public struct DemoStep: Hashable, Sendable {
    /// What the step is about, in a few words.
    public let title: String
    /// The command that does the same on a real host; nil where there is none.
    public let command: String?
    /// What a reader should know, in sentences.
    public var narration: [String] = []
    /// Text that the step shows as it is: rules, a plan.
    public var exhibit: String?
    /// The host's verdict at this step; nil where none was made.
    public var verdict: Verdict?
    /// The ports of one socket at each place of the path.
    public var flows: [DemoFlow] = []
    /// What went otherwise than it should; nil where all is well.
    public var failure: String?

    /// Makes a step without contents.
    init(_ title: String, command: String? = nil) {
        self.title = title
        self.command = command
    }
}

/// One flow of a client's socket at the three places where its port can be seen.
public struct DemoFlow: Hashable, Sendable {
    /// The client's own address and port.
    public let client: Endpoint
    /// The address and port in the NAT host's conntrack entry; nil where none was found.
    public let translatedHere: Endpoint?
    /// The address and port that the server saw; nil where it did not answer.
    public let seen: Endpoint?
    /// The server's address and port, as it was named.
    public let server: String

    /// The flows of a probe.
    static func flows(of probe: ProbeReport) -> [DemoFlow] {
        guard let local = probe.local else { return [] }
        return probe.servers.map { server in
            DemoFlow(
                client: local,
                translatedHere: server.translatedHere,
                seen: server.mapped,
                server: server.server
            )
        }
    }
}

extension DemoStep: Encodable {
    private enum CodingKeys: String, CodingKey {
        case title, command, narration, exhibit, verdict, flows, failure
    }

    /// Writes every key, null where there is nothing.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(title, forKey: .title)
        try values.encode(command, forKey: .command)
        try values.encode(narration, forKey: .narration)
        try values.encode(exhibit, forKey: .exhibit)
        try values.encode(verdict, forKey: .verdict)
        try values.encode(flows, forKey: .flows)
        try values.encode(failure, forKey: .failure)
    }
}

extension DemoFlow: Encodable {
    private enum CodingKeys: String, CodingKey { case client, translatedHere, seen, server }

    /// Writes every key, null where there is nothing.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode("\(client)", forKey: .client)
        try values.encode(translatedHere.map { "\($0)" }, forKey: .translatedHere)
        try values.encode(seen.map { "\($0)" }, forKey: .seen)
        try values.encode(server, forKey: .server)
    }
}
