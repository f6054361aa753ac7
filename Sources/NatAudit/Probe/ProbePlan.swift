public import NetlinkBridge

/// What a probe is to ask, of whom, and from where; sends nothing by itself.
public struct ProbePlan: Hashable, Sendable {
    /// The servers to ask, each once.
    public var servers: [STUNServerName]
    /// Tells whether a user named the servers: the silence of all of them then proves that UDP is blocked,
    /// while the silence of servers that this program chose proves nothing.
    public var serversWereNamed: Bool
    /// How the servers want to be asked.
    public var form: STUNQuestion.Form
    /// The source address to send from, which also limits the probe to its family; nil leaves it to the
    /// routes.
    public var sourceAddress: IPAddress?
    /// The source port to send from; 0 leaves it to the kernel.
    public var sourcePort: UInt16
    /// What is tested beside the mapping, where servers and addresses allow it.
    public var tests: Set<BehaviorTest>
    /// The silences after which the lifetime test looks whether a mapping is still there.
    public var silences: [Duration]
    /// The time for all answers to one question; resolving names has as much again.
    public var deadline: Duration
    /// When requests are sent again; all of them are, however busy this host is, since silence may be taken for an answer.
    public var schedule: RetransmissionSchedule

    /// The deadline where none is asked for: ten requests under the default schedule.
    public static let defaultDeadline: Duration = .seconds(3)

    /// Where the usual lifetimes lie between: 30, 60, 120 (which RFC 4787 demands at least) and 180 seconds.
    public static let defaultSilences: [Duration] = [10, 25, 35, 55, 65, 90, 118, 130, 175, 190].map { .seconds($0) }

    /// Makes a plan.
    public init(
        servers: [STUNServerName],
        serversWereNamed: Bool,
        form: STUNQuestion.Form = .bare,
        sourceAddress: IPAddress? = nil,
        sourcePort: UInt16 = 0,
        tests: Set<BehaviorTest> = [.mapping],
        silences: [Duration] = ProbePlan.defaultSilences,
        deadline: Duration = ProbePlan.defaultDeadline,
        schedule: RetransmissionSchedule = RetransmissionSchedule(sendsAll: true)
    ) {
        self.servers = servers
        self.serversWereNamed = serversWereNamed
        self.form = form
        self.sourceAddress = sourceAddress
        self.sourcePort = sourcePort
        self.tests = tests
        self.silences = silences
        self.deadline = deadline
        self.schedule = schedule
    }

    /// What a server is asked.
    func question(to server: Endpoint) -> STUNQuestion { STUNQuestion(server, form: form) }

    /// How many datagrams one server is sent at most.
    public var requestsPerServer: Int { schedule.times(before: deadline).count }

    /// How many datagrams are sent at most, to so many servers and to the other ends that they name.
    func datagrams(servers: Int) -> Int {
        let once = requestsPerServer
        let rapid = RapidTries.schedule.requests
        // What servers saw differently is asked again, and two other ends of one that alone answers.
        var count = (2 * servers + 4) * once
        if !tests.isDisjoint(with: [.filtering, .inboundFirst]) {
            count += BehaviorTests.filteringRuns * (3 * once + 2 * rapid)
        }
        if tests.contains(.collision) { count += BehaviorTests.collisionRuns * 4 * once }
        if tests.contains(.hairpin) { count += once + rapid }
        if tests.contains(.lifetime) { count += (silences.count + 1) * (2 * once + rapid) }
        return count
    }
}
