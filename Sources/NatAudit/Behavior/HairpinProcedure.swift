internal import NetlinkBridge

/// Runs the hairpin test: whether two inside sockets reach each other by their external addresses (RFC 4787 section 6).
///
/// Both send, as two peers do, so that a NAT that turns packets around and filters is not taken for one that does not.
final class HairpinProcedure: BehaviorProcedure {
    private let ends: [End]
    private let start: Duration
    private var attempts: [TransactionID] = []
    private(set) var record: HairpinRecord

    /// A socket and its question where a server sees it.
    private struct End {
        let socket: ProbeSocket
        let mapping: TransactionID
    }

    /// Opens the two sockets and asks a server where it sees them.
    init(_ server: STUNQuestion, from address: IPAddress, plan: ProbePlan, at now: Duration) throws(SystemError) {
        start = now
        var ends: [End] = []
        for _ in 0..<2 {
            let socket = try ProbeSocket(boundTo: Endpoint(address: address, port: 0))
            let id = socket.ask(server, schedule: plan.schedule, deadline: plan.deadline, at: now)
            ends.append(End(socket: socket, mapping: id))
        }
        self.ends = ends
        record = HairpinRecord(server: server.server, local: ends[0].socket.local)
    }

    var sockets: [ProbeSocket] { ends.map(\.socket) }

    var isDone: Bool {
        if case .failure = record.mapping { return true }
        return record.seenFrom != nil || record.attempt != nil || record.isUntranslated
    }

    func advance(at now: Duration) {
        guard !attempts.isEmpty else {
            open(at: now)
            return
        }
        record.seenFrom = zip(ends, attempts.reversed()).lazy.compactMap { $0.socket.client.sighting(of: $1) }.first
        let outcomes = zip(ends, attempts).map { $0.socket.outcome(of: $1) }
        if outcomes.allSatisfy({ $0 != nil }) { record.attempt = outcomes[0] }
    }

    /// Once both external addresses are known, each end sends to the other's.
    private func open(at now: Duration) {
        let mappings = ends.map { $0.socket.outcome(of: $0.mapping) }
        guard let first = mappings[0], let second = mappings[1] else { return }
        guard case .success(let there) = first, case .success(let here) = second else {
            record.mapping = if case .success = first { second } else { first }
            return
        }
        record.mapping = first
        guard !record.isUntranslated else { return }
        let deadline = RapidTries.deadline(roundTrip: there.roundTrip ?? now - start)
        attempts = zip(ends, [here, there]).map { end, other in
            end.socket.ask(STUNQuestion(other.mapped), schedule: RapidTries.schedule, deadline: deadline, at: now)
        }
        ends[0].socket.watch(for: attempts[1])
        ends[1].socket.watch(for: attempts[0])
    }
}
