public import NetlinkBridge

/// What connection tracking holds of translated UDP sources at one moment.
public struct LiveFlows: Hashable, Sendable {
    /// The number of UDP flows whose source is translated.
    public var flowCount = 0
    /// The number of sources (inside address and port) that these come from.
    public var sourceCount = 0
    /// The number of sources that hold several external ports.
    public var remappedCount = 0
    /// Some of these sources, at most `FlowSurvey.exampleLimit`.
    public var examples: [RemappedSource] = []
    /// How long a UDP stream is kept without traffic, in seconds; nil where it could not be read.
    public var streamTimeout: Int?
    /// What could not be looked at and why, a sentence each.
    public var limits: [String] = []

    /// Makes an empty result.
    public init() {}
}

/// A socket behind a translation whose flows have several external ports.
public struct RemappedSource: Hashable, Sendable {
    /// The inside address and port.
    public let source: Endpoint
    /// How many external ports it holds.
    public let portCount: Int
    /// Some of its flows, each with another external port.
    public let flows: [ConntrackEntry]

    /// Makes a source from its parts.
    public init(source: Endpoint, portCount: Int, flows: [ConntrackEntry]) {
        self.source = source
        self.portCount = portCount
        self.flows = flows
    }
}
