internal import NetlinkBridge

/// A plan that the kernel refused, or that could not be taken back.
public struct ApplyError: Error, CustomStringConvertible {
    /// One sentence: the kernel's reason, its own words, and the line of the script that it refused.
    public let description: String

    init(_ description: String) { self.description = description }

    init(_ refusals: [NftCommit.Refusal], _ plan: FixPlan) {
        let first = refusals.first
        var sentence = "the kernel refused the plan, and nothing was changed"
        if let error = first?.error { sentence += ": \(error)" }
        if let line = first?.command.flatMap({ plan.line(ofCommand: $0) }) {
            sentence += "; refused was: \(line)"
        }
        description = sentence
    }
}

/// Why a plan was not applied, for a reason that is not the plan's own.
struct UnchangedError: Error, CustomStringConvertible {
    let cause: any Error

    var description: String { "\(cause); nothing was changed" }
}

/// A fix that could not be taken back, or not wholly.
struct UndoError: Error, CustomStringConvertible {
    /// One sentence: how the host is now, what failed, and what to do.
    let description: String

    init(_ description: String) { self.description = description }
}

extension FixPlan {
    /// The line of the script that a command of the batch stands for; nil where it stands for none.
    func line(ofCommand index: Int) -> String? {
        var lines = replaced.map { "delete table \($0) \(PlannedTable.name)" }
        for table in tables {
            lines.append("table \(table.family) \(PlannedTable.name)")
            lines += table.chains.map { "chain \($0.name)" }
            lines += table.chains.flatMap { chain in chain.rules.map { table.text(of: $0) } }
        }
        lines += passages.flatMap(\.lines)
        return lines.indices.contains(index) ? lines[index] : nil
    }
}
