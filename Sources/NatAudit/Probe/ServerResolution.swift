internal import NetlinkBridge
internal import Synchronization

/// The addresses of the servers of a plan, resolved side by side within one deadline.
struct ServerResolution {
    /// One server and the addresses that it stands for, or why there are none.
    struct Entry {
        let name: STUNServerName
        let addresses: Result<[IPAddress], ServerFailure>
        /// Tells whether the user wrote the address itself.
        let isLiteral: Bool

        /// The host name and the resolver's reason; nil where there are addresses.
        var failure: String? {
            guard case .failure(.notResolved(let reason)) = addresses else { return nil }
            return "\(escapedForDisplay(name.host)): \(escapedForDisplay(reason))"
        }
    }

    /// One entry for each server, in the plan's order.
    let entries: [Entry]

    /// Resolves names; addresses need no look-up, so a plan of addresses alone starts no thread.
    ///
    /// The look-ups happen in the network namespace of the calling thread.
    init(_ servers: [STUNServerName], deadline: Duration) throws(SystemError) {
        var lookups: [String: Lookup] = [:]
        for server in servers where server.endpoint == nil && lookups[server.host] == nil {
            lookups[server.host] = try Lookup(server.host)
        }
        try Lookup.wait(for: Array(lookups.values), deadline: deadline)
        entries = servers.map { server in
            if let literal = server.endpoint?.address {
                return Entry(name: server, addresses: .success([literal]), isLiteral: true)
            }
            let silence = "the resolver did not answer within \(secondsText(deadline))"
            return Entry(
                name: server,
                addresses: lookups[server.host]?.result ?? .failure(.notResolved(reason: silence)),
                isLiteral: false
            )
        }
    }
}

/// One question to the resolver, on a thread of its own: getaddrinfo knows no deadline, and no way to be
/// stopped.
///
/// A question that is given up keeps its thread until the resolver returns.
private final class Lookup: Sendable {
    private let answer: Answer

    /// What the thread and the one who waits share; the thread keeps it alive.
    private final class Answer: Sendable {
        let done: StopSignal
        let result = Mutex<Result<[IPAddress], ServerFailure>?>(nil)

        init() throws(SystemError) { done = try StopSignal() }
    }

    init(_ host: String) throws(SystemError) {
        let answer = try Answer()
        self.answer = answer
        _ = try BackgroundThread {
            let result: Result<[IPAddress], ServerFailure>
            do throws(NameResolutionError) {
                let found = try addresses(ofHost: host)
                result = found.isEmpty ? .failure(.notResolved(reason: "it has no address")) : .success(found)
            } catch {
                result = .failure(.notResolved(reason: error.reason))
            }
            answer.result.withLock { $0 = result }
            answer.done.raise()
        }
    }

    /// What the resolver said; nil while it has not.
    var result: Result<[IPAddress], ServerFailure>? { answer.result.withLock { $0 } }

    /// Waits until every look-up is done or the deadline has passed.
    static func wait(for lookups: [Lookup], deadline: Duration) throws(SystemError) {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: deadline)
        for lookup in lookups where lookup.result == nil {
            // One after the other is as good as all at once: the deadline is common, and the last one
            // decides.
            while lookup.result == nil, clock.now < end {
                _ = try waitUntilReadable([lookup.answer.done.number], for: clock.now.duration(to: end))
            }
        }
    }
}
