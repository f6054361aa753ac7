internal import NetlinkBridge

/// Runs the collision test: two addresses of this host, one source port, two servers.
final class CollisionProcedure: BehaviorProcedure {
    let sockets: [ProbeSocket]
    private let servers: [STUNQuestion]
    private let plan: ProbePlan
    private var firsts: [TransactionID] = []
    private var seconds: [TransactionID] = []
    private(set) var record: CollisionRecord

    /// How many ports are tried for one that both addresses have free.
    private static let portTries = 8

    /// Opens the sockets and asks each server from one of them.
    ///
    /// `servers` are two questions to two servers, `addresses` two addresses of this host.
    init(_ servers: [STUNQuestion], from addresses: [IPAddress], plan: ProbePlan, at now: Duration) throws(SystemError)
    {
        sockets = try Self.pair(addresses)
        self.servers = servers
        self.plan = plan
        record = CollisionRecord(locals: sockets.map(\.local))
        firsts = zip(sockets, servers).map { socket, server in
            socket.ask(server, schedule: plan.schedule, deadline: plan.deadline, at: now)
        }
    }

    private static func pair(_ addresses: [IPAddress]) throws(SystemError) -> [ProbeSocket] {
        var tries = 0
        while true {
            let first = try ProbeSocket.spoiling(addresses[0])
            do throws(SystemError) {
                let second = Endpoint(address: addresses[1], port: first.local.port)
                return [first, try ProbeSocket(boundTo: second)]
            } catch {
                tries += 1
                guard tries < portTries else { throw error }
            }
        }
    }

    var isDone: Bool {
        if record.first.contains(where: { $0?.isFailure ?? false }) { return true }
        return record.second.allSatisfy { $0 != nil }
    }

    func advance(at now: Duration) {
        guard !isDone else { return }
        record.first = zip(sockets, firsts).map { $0.outcome(of: $1) }
        if seconds.isEmpty, record.first.allSatisfy({ $0.map { !$0.isFailure } ?? false }) {
            seconds = zip(sockets, servers.reversed()).map { socket, server in
                socket.ask(server, schedule: plan.schedule, deadline: plan.deadline, at: now)
            }
        }
        if !seconds.isEmpty { record.second = zip(sockets, seconds).map { $0.outcome(of: $1) } }
    }
}

extension Result {
    /// Tells whether it is a failure.
    fileprivate var isFailure: Bool { if case .failure = self { true } else { false } }
}
