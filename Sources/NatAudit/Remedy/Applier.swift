internal import NetlinkBridge

/// Makes the changes of a plan in the calling thread's network namespace, and takes them back.
///
/// The undo record is on the disk before the first change. Whatever fails, everything that was changed is put back, or the
/// record stays, so that `undo` can.
struct Applier {
    let state: StateFolder

    /// Prepares changes; `state` is where the undo record is kept.
    init(_ state: StateFolder) { self.state = state }

    /// For so long a plan is made again where the rules changed before it was in the kernel.
    private static let patience = Duration.seconds(5)

    /// A plan that is in the kernel.
    struct Application {
        /// What this plan changed.
        var own: UndoRecord
        /// The record of an earlier fix whose table is gone, while parameters may still be as it set them.
        let earlier: UndoRecord?
        /// Tells whether the tables that are there until the batch is committed are those of an earlier fix.
        let replacesTables: Bool
        /// Tells whether the plan sets parameters; else those of the record are of an earlier boot's fix, and set by somebody
        /// else.
        let setsParameters: Bool
        /// The process that holds the tables; nil where they stay.
        var holder: TrialHolder?

        /// What `undo` will take back: this plan's changes and the earlier ones.
        var record: UndoRecord { own.including(earlier) }
    }

    /// Makes the changes of a plan; setting its parameters changes those that `parameters` tells, right before.
    ///
    /// `again` plans on the rules as they are by then. It is called, for some seconds, until they hold still from reading to
    /// committing; a plan that came out otherwise is not applied.
    ///
    /// - Throws: `ApplyError` where the kernel refused, or not everything is as it was; `PlanRefusal` where the record of an
    ///   earlier fix cannot be read, or the plan is another one by now; `ProbeError` where `again` was interrupted;
    ///   `UnchangedError` for all else.
    func apply(
        _ plan: FixPlan,
        changing parameters: () throws -> [UndoRecord.ParameterChange],
        again: () throws -> FixPlan
    ) throws -> Application {
        do {
            return try make(plan, changing: parameters, again: again)
        } catch let error where error is ApplyError || error is UndoError || error is PlanRefusal || error is ProbeError
        {
            throw error
        } catch {
            throw UnchangedError(cause: error)
        }
    }

    private func make(
        _ plan: FixPlan,
        changing parameters: () throws -> [UndoRecord.ParameterChange],
        again: () throws -> FixPlan
    ) throws -> Application {
        var application = Application(
            // What is not set yet is nobody's to put back: it is recorded right before it is set.
            own: try UndoRecord(plan, plan.parameters.isEmpty ? parameters() : []),
            earlier: try state.record(),
            replacesTables: !plan.replaced.isEmpty,
            setsParameters: !plan.parameters.isEmpty
        )
        application.holder = try plan.trial.map { try TrialHolder(plan, seconds: $0) }
        application.own.trial = application.holder?.trial
        try state.write(application.record)
        do {
            try commit(plan, application.holder, again: again)
            // Not before: what is forwarded without the translation would go on so for as long as it flows.
            if application.setsParameters { try set(plan.parameters, parameters, &application) }
            return application
        } catch let error as UndoError {
            throw error
        } catch {
            do {
                _ = try takeBack(application)
            } catch let second {
                throw UndoError(
                    "\(error); putting back what had been changed failed too: \(second); `nataudit undo` "
                        + "tries it again"
                )
            }
            throw error
        }
    }

    /// Sends the plan's batch until nobody changed the rules between reading and sending.
    private func commit(_ shown: FixPlan, _ holder: TrialHolder?, again: () throws -> FixPlan) throws {
        var plan = shown
        let batch = try plan.batch()
        let deadline = ContinuousClock.now + Self.patience
        while true {
            let generation = plan.generation
            switch try holder?.commit(on: generation) ?? commit(batch.planned(on: generation), plan) {
            case .committed: return
            case .stale: break
            case .refused(let refusals): throw ApplyError(refusals, plan)
            case .open(let error): throw error
            }
            guard ContinuousClock.now < deadline else {
                throw NetlinkError(
                    "apply the plan to the rules that it was made for (for \(Self.patience))",
                    .interrupted
                )
            }
            plan = try again()
            guard plan.changesTheSame(as: shown) else {
                throw PlanRefusal(
                    "the rules changed after the plan was made, and the plan with them; nothing was changed"
                )
            }
        }
    }

    private func set(
        _ parameters: [PlannedParameter],
        _ changes: () throws -> [UndoRecord.ParameterChange],
        _ application: inout Application
    ) throws {
        do {
            application.own.parameters = try changes()
            try state.write(application.record)
            try ForwardingSwitch.set(parameters, noting: &application.own.parameters)
            try state.write(application.record)
        } catch {
            guard application.replacesTables else { throw error }
            // The tables that gave way cannot be made again.
            throw UndoError(
                "the tables are in place, but not all kernel parameters are set and recorded: \(error); `nataudit undo` takes all "
                    + "of it back"
            )
        }
    }

    /// Sends the batch; where the answer was lost, the kernel's state says what became of it.
    private func commit(_ batch: NftBatch, _ plan: FixPlan) throws -> NftCommit {
        var writer = try NftWriter()
        let commit: NftCommit
        do throws(NetlinkError) {
            commit = try writer.commit(batch)
        } catch {
            commit = .open(error)
        }
        guard case .open = commit else { return commit }
        // The batch is one whole, and it was planned where no table of this name was, or another one.
        let isThere = try plan.replaced.isEmpty ? OwnTables.areThere() : OwnTables.are(plan.tables)
        return isThere ? .committed : commit
    }
}
