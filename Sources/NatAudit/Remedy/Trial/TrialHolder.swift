internal import NetlinkBridge

/// The process that holds a trial, as `fix` sees it.
///
/// When this object goes before `stay()` was called, the process ends by itself: what nobody proved does not stay, even
/// where `fix` was killed.
final class TrialHolder: Sendable {
    /// What the undo record has to know of it.
    let trial: Trial
    private let process: DetachedProcess

    /// How long the process may take for its answer: what the kernel may take, and time to start on a busy machine.
    private static let patience = Duration.seconds(30)

    /// Starts the process, which changes nothing yet.
    init(_ plan: FixPlan, seconds: Int) throws {
        let deadline = BootClock.now() + Int64(seconds) * 1000
        let request = TrialRequest(
            deadline: deadline,
            begin: try plan.batch(),
            keep: try plan.keepingBatch(),
            lifetime: plan.tables.flatMap(\.mappings).map(\.limits.lifetime).max()
        )
        process = try DetachedProcess(TrialProcess.subcommand, input: Array(try JSONText.encode(request).utf8))
        trial = Trial(process: process.handle.id, startTime: process.handle.startTime, deadline: deadline)
    }

    /// Begins the trial on a generation; where the answer was lost, the kernel's state says what became of it.
    ///
    /// Where the answer is that it is over, it can be begun on another one.
    /// - Throws: `ApplyError` where the process did not begin; it has to be ended then, for it may be late.
    func commit(on generation: Generation) throws -> NftCommit {
        var reason = "it gave no answer within \(Self.patience)"
        do {
            try process.channel.send(TrialOrder.begin(generation).encoded())
            if let bytes = try process.channel.receive(within: Self.patience) {
                let answer = try JSONText.decode(TrialAnswer.self, from: String(decoding: bytes, as: UTF8.self))
                switch answer {
                case .commit(.open(let error)): reason = "\(error)"
                case .commit(let commit): return commit
                case .failed(let words): throw ApplyError("the trial could not begin: \(words); nothing was changed")
                }
            }
        } catch let error as SystemError {
            reason = "\(error)"
        }
        // The batch is one whole, and it was planned where no table of this name was.
        if try OwnTables.areThere() { return .committed }
        throw ApplyError("the process that was to hold the trial did not begin it: \(reason); nothing was changed")
    }

    /// Lets the trial go on without this process; false where it is over already.
    func stay() throws -> Bool {
        let order = try TrialOrder.stay.encoded()
        do throws(SystemError) {
            try process.channel.send(order)
        } catch {
            return false
        }
        return try !process.handle.hasEnded() && OwnTables.areThere()
    }
}
