/// What `fix` and `undo` say, in the shape of the contract's `nataudit.fix/1`.
public struct FixReport: Hashable, Sendable {
    /// The steps of the plan.
    public var steps: [FixStep] = []
    /// Tells whether the plan is in the kernel.
    public var isApplied = false
    /// Tells whether anything was changed and stayed so.
    public var isChanged = false
    /// Tells whether it outlives a boot.
    public var isPersisted = false
    /// The undo record's name; nil where there is nothing to undo.
    public var undo: String?
    /// How many conntrack entries were removed, so that their flows moved.
    public var movedFlows = 0
    /// The verdict before; nil where it was not looked at.
    public var before: Verdict?
    /// The verdict after; nil where nothing was applied, or it was not looked at.
    public var after: Verdict?
    /// Whether the mapping holds when it is provoked, after.
    public var holds: Holds = .untested
    /// Tells whether the plan was applied and taken back.
    public var isRolledBack = false
    /// Tells whether the plan is applied, was to be proven, and nothing could be seen of it: the rules alone say that it helps.
    public var isUnverified = false
    /// In how many seconds the kernel takes it back by itself; nil where it stays.
    public var secondsLeft: Int?
    /// Tells whether what was to be undone was gone from the kernel already, but for parameters and files.
    public var wasGone = false
    /// Tells whether a trial was made lasting.
    public var isKept = false
    /// Why nothing was planned; nil where a plan was made.
    public var refusal: PlanRefusal?
    /// Tells whether the user, or a signal, ended it before anything was changed.
    public var wasDeclined = false
    /// What a person should know of the plan.
    public var planNotes: [String] = []
    /// What a person should know of what was done.
    public var notes: [String] = []

    /// The name and version of the report's form.
    public static let schema = "nataudit.fix/1"

    /// Makes an empty report.
    public init() {}
}

extension FixReport {
    /// Adds what was planned, and the verdict on which that rests.
    mutating func add(_ preview: FixRun.Preview) {
        before = preview.verdict
        steps = preview.plan.steps + preview.files
        planNotes = preview.plan.notes
    }
}

extension FixReport {
    /// What is said where nothing was changed.
    static let unchanged = "nothing was changed"

    /// The report of a run that ended before anything was changed.
    func declined(byInterruption isInterrupted: Bool) -> FixReport {
        var report = self
        report.wasDeclined = true
        report.notes.append(isInterrupted ? "interrupted: nothing was changed" : Self.unchanged)
        return report
    }

    /// How long the trial goes on; nil where there is none.
    var trialWords: String? {
        secondsLeft.map { "on trial: taken back in \($0) s unless `nataudit fix --keep`" }
    }
}

extension FixReport: Encodable {
    private enum CodingKeys: String, CodingKey {
        case schema, steps, applied, changed, persisted, undo, movedFlows, before, after, rolledBack, trial, notes
    }

    private struct State: Encodable {
        let verdict: Verdict
        var holds: Holds?
    }

    /// Writes every key of the contract, null where there is nothing.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(Self.schema, forKey: .schema)
        try values.encode(steps, forKey: .steps)
        try values.encode(isApplied, forKey: .applied)
        try values.encode(isChanged, forKey: .changed)
        try values.encode(isPersisted, forKey: .persisted)
        try values.encode(undo, forKey: .undo)
        try values.encode(movedFlows, forKey: .movedFlows)
        try values.encode(before.map { State(verdict: $0) }, forKey: .before)
        try values.encode(after.map { State(verdict: $0, holds: holds) }, forKey: .after)
        try values.encode(isRolledBack, forKey: .rolledBack)
        try values.encode(secondsLeft, forKey: .trial)
        let words = (refusal.map { ["refused: \($0)"] } ?? []) + planNotes + notes + [trialWords].compactMap(\.self)
        try values.encode(words, forKey: .notes)
    }
}
