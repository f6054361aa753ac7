public import NetlinkBridge

/// What a probe is to ask, of whom, and from where; sends nothing by itself.
public struct ProbePlan: Hashable, Sendable {
    /// The servers to ask, each once.
    public var servers: [STUNServerName]
    /// Tells whether a user named the servers: the silence of all of them then proves that UDP is blocked,
    /// while the silence of servers that this program chose proves nothing.
    public var serversWereNamed: Bool
    /// The source address to send from, which also limits the probe to its family; nil leaves it to the
    /// routes.
    public var sourceAddress: IPAddress?
    /// The source port to send from; 0 leaves it to the kernel.
    public var sourcePort: UInt16
    /// What is tested beside the mapping, where servers and addresses allow it.
    public var tests: Set<BehaviorTest>
    /// The time for all answers to one question; resolving names has as much again.
    public var deadline: Duration
    /// When requests are sent again.
    public var schedule: RetransmissionSchedule

    /// The deadline where none is asked for: seven requests under the default schedule.
    public static let defaultDeadline: Duration = .seconds(3)

    /// Makes a plan.
    public init(
        servers: [STUNServerName],
        serversWereNamed: Bool,
        sourceAddress: IPAddress? = nil,
        sourcePort: UInt16 = 0,
        tests: Set<BehaviorTest> = [.mapping],
        deadline: Duration = ProbePlan.defaultDeadline,
        schedule: RetransmissionSchedule = RetransmissionSchedule()
    ) {
        self.servers = servers
        self.serversWereNamed = serversWereNamed
        self.sourceAddress = sourceAddress
        self.sourcePort = sourcePort
        self.tests = tests
        self.deadline = deadline
        self.schedule = schedule
    }

    /// What a server is asked.
    func question(to server: Endpoint) -> STUNQuestion { STUNQuestion(server) }

    /// How many datagrams one server is sent at most.
    public var requestsPerServer: Int { schedule.times(before: deadline).count }
}
