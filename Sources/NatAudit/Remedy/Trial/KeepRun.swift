internal import NetlinkBridge

/// Makes a fix that is on trial lasting, in the calling thread's network namespace.
///
/// Only the process that holds the tables may change them: it is asked to put lasting ones in their place, in one batch.
public struct KeepRun: Sendable {
    private let state: StateFolder

    /// How often the process is asked, and how long it is waited for each time.
    private static let attempts = 20
    private static let pause = Duration.milliseconds(500)

    /// Makes a run.
    public init(state: StateFolder) { self.state = state }

    /// Keeps the trial.
    ///
    /// - Throws: `PlanRefusal` where there is none any more; `ApplyError` where the process did not keep it; `KeepError` where that
    ///   cannot be told.
    public func run() throws -> FixReport {
        let lock = try state.lock()
        defer { withExtendedLifetime(lock) {} }
        switch try state.settleTrial() {
        case .none: throw PlanRefusal("no trial is on in this network namespace; nothing was changed")
        case .over: throw Self.tooLate
        case .kept: break
        case .on(let trial):
            do {
                try keep(trial)
                guard case .kept = try state.settleTrial() else { throw Self.tooLate }
                return try report()
            } catch let refusal as PlanRefusal {
                throw refusal
            } catch let error as ApplyError {
                throw error
            } catch {
                throw KeepError(cause: error)
            }
        }
        return try report()
    }

    private func report() throws -> FixReport {
        var report = FixReport()
        report.isApplied = true
        report.isChanged = true
        report.isKept = true
        report.undo = try state.record()?.id
        report.notes.append("the table stays until `nataudit undo`, a reboot, or a flush of the whole ruleset")
        return report
    }

    private static let tooLate = PlanRefusal(
        "the trial is over, and its table was taken back; `nataudit fix --masquerade` makes it anew"
    )

    /// Asks the process until the kernel shows tables without an owner, or none.
    private func keep(_ trial: Trial) throws {
        guard let holder = try trial.holder() else {
            // It may have ended just now.
            guard try OwnTables.areHeld() else { return }
            throw PlanRefusal(
                "process \(trial.process), which holds the trial, cannot be seen from here: keep it where it was begun, in "
                    + "that process namespace"
            )
        }
        for _ in 0..<Self.attempts {
            try holder.call()
            // It ends when it has kept them.
            if try holder.hasEnded(within: Self.pause) { return }
            if try !OwnTables.areHeld() { return }
        }
        throw ApplyError(
            "process \(trial.process), which holds the trial, did not keep it; it is taken back in \(trial.secondsLeft) s"
        )
    }
}

/// Why it cannot be told whether a trial is kept, after its process was asked to.
struct KeepError: Error, CustomStringConvertible {
    let cause: any Error

    var description: String {
        "it is not known whether the trial is kept: \(cause); `nataudit fix --keep` looks again, and `nataudit undo` takes it "
            + "back in any case"
    }
}
