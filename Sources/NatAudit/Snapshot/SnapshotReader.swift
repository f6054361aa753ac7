internal import NetlinkBridge

/// Reads the state of the calling thread's network namespace, and changes nothing by reading.
public enum SnapshotReader {
    /// How often everything is read again because the rules changed meanwhile.
    public static let attempts = 4

    /// How often what packets meet is read: chains call each other up to 16 deep, and each try may be disturbed.
    private static let partialAttempts = 64

    /// Reads all that a scan needs.
    ///
    /// What is refused for want of a privilege, or absent from the kernel, is a gap. The rules, the routes and the legacy
    /// tables are read while nf_tables is at one generation, so that they belong together.
    /// - Parameters:
    ///   - namespace: how the namespace was named, for the report.
    ///   - requests: paths that the user asks for.
    ///   - progress: is told what is being read.
    /// - Returns: the state, with the kernel's answers for the ways of the paths' packets.
    /// - Throws: `NetlinkError` with `.interrupted` where the rules would not hold still; `PathRequestError` where what is
    ///   asked for cannot be a path of this host.
    public static func read(
        namespace: String,
        requests: [PathRequest] = [],
        _ progress: CheckProgress = CheckProgress()
    ) throws -> HostSnapshot {
        for _ in 0..<attempts {
            let builder = SnapshotBuilder(namespace: namespace, requests: requests, progress: progress)
            if let snapshot = try builder.snapshot() { return snapshot }
        }
        throw NetlinkError("read the state of this host in one piece (\(attempts) tries)", .interrupted)
    }

    /// Reads the rules of all backends anew, and follows the paths through them; all else is as it was read before.
    ///
    /// - Throws: as `read(namespace:requests:_:)` does.
    static func readingRules(_ snapshot: HostSnapshot) throws -> HostSnapshot {
        try snapshot.holding(FilterRules.read()).followed([])
    }

    /// Reads as `read(namespace:requests:_:)` does, or, where the rules would not hold still, the chains that packets meet.
    ///
    /// Which those are shows by following packets: what they come to and was not read is read the next time.
    /// - Parameters:
    ///   - namespace: how the namespace was named, for the report.
    ///   - requests: paths that the user asks for.
    ///   - progress: is told what is being read.
    ///   - follow: follows the packets, also those that are not of the paths.
    /// - Returns: what followed; of a ruleset that is not whole every chain and set was read that those packets meet.
    /// - Throws: as `read(namespace:requests:_:)` does, also where what the packets meet would not hold still, and what
    ///   `follow` throws.
    public static func readWhatIsMet<Value>(
        namespace: String,
        requests: [PathRequest] = [],
        _ progress: CheckProgress = CheckProgress(),
        following follow: (HostSnapshot) throws -> Value
    ) throws -> Value {
        do {
            return try follow(read(namespace: namespace, requests: requests, progress))
        } catch let error as NetlinkError where error.isInterruption {
            let demand = NftDemand()
            for _ in 0..<partialAttempts {
                let wanted = demand.count
                let builder = SnapshotBuilder(
                    namespace: namespace,
                    requests: requests,
                    progress: progress,
                    demand: demand
                )
                guard let snapshot = try builder.snapshot() else { continue }
                let value = try follow(snapshot)
                if demand.count == wanted { return value }
            }
            throw error
        }
    }
}
