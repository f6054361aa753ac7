internal import NetlinkBridge

/// Removes what nataudit made from nf_tables, however often others change rules meanwhile.
enum PersistentRemoval {
    /// More than for applying: what was made has to go.
    private static let attempts = 64

    /// What is to be removed by now, and the generation at which that was seen; nil where the commands themselves say which it is.
    struct Work {
        let commands: [NftCommand]
        let generation: Generation?
    }

    /// Removes what `look` finds, until it finds nothing.
    ///
    /// Each try names what its look saw, so that nothing is removed that was not just seen.
    /// - Parameters:
    ///   - what: what is removed, for errors.
    ///   - look: reads what is there; nil where that would not hold still.
    /// - Throws: `NetlinkError` where the kernel refuses, or the rules would not hold still; what `look` throws.
    static func remove(_ what: String, _ look: () throws -> Work?) throws {
        for _ in 0..<attempts {
            guard let work = try look() else { continue }
            if work.commands.isEmpty { return }
            var writer = try NftWriter()
            // Where the answer is lost, the next look tells.
            let batch = try NftBatch(work.commands, plannedOn: work.generation)
            guard case .refused(let refusals) = try writer.commit(batch) else { continue }
            throw refusals.first?.error ?? NetlinkError("remove \(what)", .timedOut)
        }
        if let work = try look(), work.commands.isEmpty { return }
        throw NetlinkError("remove \(what) (\(attempts) tries)", .interrupted)
    }
}
