internal import ArgumentParser
internal import NatAudit
internal import NetlinkBridge

// What the options ask for, and what is printed of it.
extension FixCommand {
    /// The run that the options ask for.
    func fixRun(_ place: ProbePlace, _ stop: StopSignal, isPreview: Bool) throws -> FixRun {
        let named = try ServerChoice(arguments: stun)
        // A preview without named servers sends nothing: what it prints follows from the rules.
        let isQuiet = noVerify || isPreview && !named.byUser
        let console = report.console
        var run = FixRun(
            intent: FixIntent(
                outInterfaces: outInterface.map { KernelName($0) },
                sources: source,
                overridesOwner: overrideOwner,
                mapping: endpointIndependent ? mappingLimits : nil,
                mappingFeatures: mappingFeatures,
                guardsInput: !noGuard,
                keepsFlows: keepFlows,
                trial: trial
            ),
            probe: isQuiet
                ? nil
                : ProbePlan(
                    servers: named.servers,
                    serversWereNamed: named.byUser,
                    tests: BehaviorTest.usual
                ),
            place: place,
            namespace: namespace.name,
            state: try .current(),
            isInterrupted: { stop.isRaised },
            say: { console.say($0) }
        )
        run.persists = persist
        return run
    }

    /// Prints the plan and changes nothing.
    func preview(_ run: FixRun) throws {
        if let words = run.trialWords { report.console.say(words) }
        let evidence = try run.evidence()
        var preview = FixPreview(evidence, givesAdvice: !masquerade)
        do {
            let planned = try run.preview(of: evidence)
            preview.plan = planned.plan
            preview.files = planned.files
        } catch let refusal as PlanRefusal {
            preview.refusal = refusal
        }
        switch report.format {
        case .text: try report.write(preview.text)
        case .json: try report.write(JSONText.encode(preview.report))
        }
        if let refusal = preview.refusal { try end(refusal) }
    }

    /// Shows the plan, asks, applies and reports.
    func apply(_ run: FixRun, _ question: Question) throws {
        let console = report.console
        let result = try run.run { preview in
            try question.ask("Apply this?") {
                console.say(preview.plan.script)
                for file in preview.files { console.say(file.summary) }
                console.say(preview.flowWords)
            }
        }
        try writeOrSay(result)
        if let refusal = result.refusal { try end(refusal) }
        if result.isUnverified, !result.isRolledBack {
            Console.complain("applied, but no probe met what was changed: the rules alone say that it helps")
            throw ExitCode(Outcome.unknown.rawValue)
        }
        if result.isRolledBack || result.wasDeclined { throw ExitCode(Outcome.finding.rawValue) }
    }

    /// Writes the report of what was done; where that fails, the error says how the host was left.
    func writeOrSay(_ result: FixReport) throws {
        do {
            try write(result)
        } catch {
            throw LostReport(
                result.isChanged ? "the fix is applied, and `nataudit undo` takes it back" : "nothing is changed",
                error
            )
        }
    }

    /// Writes the report in the form that was asked for.
    func write(_ result: FixReport) throws {
        switch report.format {
        case .text: try report.write(result.text(report.style))
        case .json: try report.write(JSONText.encode(result))
        }
    }
}
