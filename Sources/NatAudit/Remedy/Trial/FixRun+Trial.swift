extension FixRun {
    /// Why a fix has to wait now, in a sentence; nil where no trial is on, as far as it can be told without a lock or privilege.
    public var trialWords: String? {
        guard let trial = (try? state.record())?.trial, (try? OwnTables.areHeld()) == true else { return nil }
        return TrialStatus.refusal(trial).description
    }

    /// Lets a trial that has proven itself go on without this process; anything else is left as it is.
    func goOn(_ application: Applier.Application, _ applier: Applier, _ proven: FixReport) throws -> FixReport {
        guard proven.isChanged, let holder = application.holder else { return proven }
        var report = proven
        // Where that cannot be told, nothing stays.
        if (try? holder.stay()) == true {
            report.secondsLeft = holder.trial.secondsLeft
            return report
        }
        do {
            report.notes += try applier.takeBack(application)
        } catch {
            throw UndoError("the trial was over before the proof was, and not everything is put back: \(error)")
        }
        report.notes.append("the trial was over before the proof was: give it more seconds")
        report.isRolledBack = true
        report.isChanged = false
        report.undo = application.earlier?.id
        return report
    }
}
