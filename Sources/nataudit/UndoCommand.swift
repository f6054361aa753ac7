internal import ArgumentParser
internal import NatAudit
internal import NetlinkBridge

/// `nataudit undo`: puts back exactly what the last fix changed.
struct UndoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo",
        abstract: "Puts back exactly what the last fix changed.",
        discussion: """
            Removes nataudit's own table and puts kernel parameters back that are still as fix set them; one that was \
            changed since stays, and that is said. The files of fix --persist go where they are still \
            as it wrote them. A fix that is on trial is ended. Conntrack entries are not restored.

            Exit codes: 0 put back, or nothing to undo; 1 not wanted, or another nataudit is at work; 2 an internal \
            error; 64 wrong usage.
            """
    )

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var namespace: NamespaceOption
    @OptionGroup var report: ReportOptions

    func run() throws {
        let stop = try StopSignal.onTermination()
        let question = Question(isAnswered: yes, stop: stop)
        try question.requireAnswerable("undo", otherwise: "--yes")
        try namespace.enter()
        let console = report.console
        do {
            let result = try UndoRun(state: .current()).run { lines in
                try question.ask("Put this back?") {
                    for line in lines { console.say("  \(line)") }
                }
            }
            do {
                switch report.format {
                case .text: try report.write(result.text(report.style))
                case .json: try report.write(JSONText.encode(result))
                }
            } catch {
                throw LostReport(result.isChanged ? "the fix is undone" : "nothing was changed", error)
            }
            if result.wasDeclined { throw ExitCode(Outcome.finding.rawValue) }
        } catch let refusal as PlanRefusal {
            Console.complain("refused: \(refusal)")
            throw ExitCode(Outcome.finding.rawValue)
        }
    }
}
