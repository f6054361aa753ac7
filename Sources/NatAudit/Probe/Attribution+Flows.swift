public import NetlinkBridge

/// One flow at the three places where its source port can be seen.
public struct ObservedFlow: Hashable, Sendable {
    /// The socket's own address and port.
    public let local: Endpoint
    /// The address and port in this host's conntrack entry, reply direction; the socket's own where the host
    /// tracks the flow and does not translate it; nil where no entry was read.
    public let translatedHere: Endpoint?
    /// The address and port that the server saw.
    public let mapped: Endpoint

    /// Makes a flow.
    public init(local: Endpoint, translatedHere: Endpoint?, mapped: Endpoint) {
        self.local = local
        self.translatedHere = translatedHere
        self.mapped = mapped
    }
}

extension Attribution {
    /// Says who causes a verdict, from the flows of one socket.
    ///
    /// Only ports are compared: a one-to-one address change that keeps the port (a cloud's public address)
    /// makes no NAT hard. Only a hard verdict can be attributed; the others worse than easy name no port.
    public init(of verdict: Verdict, flows: [ObservedFlow]) {
        switch verdict {
        case .easy, .noNAT: self = .none
        case .blocked, .unknown: self = .unknown
        case .hard: self = Self.ofDifferingPorts(flows)
        }
    }

    private static func ofDifferingPorts(_ flows: [ObservedFlow]) -> Attribution {
        let known = flows.compactMap { flow in
            flow.translatedHere.map { (here: $0.port, seen: flow.mapped.port) }
        }
        // The flows that conntrack is known for have to show the difference by themselves, else what they say
        // is about flows that cause nothing.
        guard Set(known.map(\.seen)).count > 1 else { return .unknown }
        // One socket under several ports behind this host: this host made the difference. One other port for
        // all flows (a port range) is no difference.
        let differsHere = Set(known.map(\.here)).count > 1
        let changedUpstream = known.contains { $0.here != $0.seen }
        return switch (differsHere, changedUpstream) {
        case (true, true): .both
        case (true, false): .thisHost
        case (false, _): .upstream
        }
    }
}
