internal import NetlinkBridge

extension FixPlan {
    /// The same plan, to be taken back by the kernel after that many seconds; the plan itself where they are nil.
    ///
    /// - Throws: `PlanRefusal` for a plan of which the kernel could take back a part only.
    func onTrial(for seconds: Int?) throws(PlanRefusal) -> FixPlan {
        guard let seconds else { return self }
        guard !isNATInstance, parameters.isEmpty else {
            throw PlanRefusal(
                "a NAT instance cannot be made on trial: the kernel takes back a table by itself, but neither forwarding "
                    + "nor the flows that were translated; leave out --trial, and take it back with `nataudit undo`"
            )
        }
        guard DetachedProcess.isPossible else {
            throw PlanRefusal(
                "a trial is held by a process that outlives this one, which is the first of its container: start it in a "
                    + "container that has another one (podman run --init), or with the host's processes (--pid=host)"
            )
        }
        var plan = self
        plan.trial = seconds
        return plan
    }

    /// What a person should know of the trial; nil where the plan is not for one.
    var trialNote: String? {
        trial.map { "on trial for \($0) s: the kernel takes it back then, unless `nataudit fix --keep` comes first" }
    }

    /// The changes that put lasting tables in the place of those on trial, all in one batch.
    ///
    /// They depend on nothing that others may have changed: nobody but the owner can change the tables. What the sets of a mapping
    /// hold by then is added when it is sent.
    func keepingBatch() throws -> NftBatch {
        let removals = tables.map { NftCommand.deleteTable($0.family, PlannedTable.name) }
        let makings = try tables.flatMap { try $0.commands(isOwned: false) }
        var lasting = self
        lasting.seeds.live = [:]
        return try NftBatch(removals + makings + lasting.seedings, plannedOn: nil)
    }
}
