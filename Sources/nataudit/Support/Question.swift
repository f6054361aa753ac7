internal import ArgumentParser
internal import NetlinkBridge

/// A question that has to be answered with yes before anything is changed.
struct Question {
    /// Tells whether the answer was given on the command line.
    let isAnswered: Bool
    /// What a signal sets off, which ends the waiting.
    let stop: StopSignal

    /// Refuses where nobody is there to be asked, before anything is done.
    func requireAnswerable(_ command: String, otherwise options: String) throws {
        guard isAnswered || StandardStream.error.isTerminal && StandardStream.input.isTerminal else {
            throw ValidationError("without a terminal, \(command) wants \(options); nothing was changed")
        }
    }

    /// Shows what it is about and asks on standard error; only `y` and `yes` mean yes, and a signal means no.
    func ask(_ question: String, show: () -> Void) throws -> Bool {
        if isAnswered { return true }
        show()
        try StandardStream.error.write("\(question) [y/N] ")
        // Signals do not interrupt reading, since they are watched: what comes first counts.
        while !stop.isRaised {
            let ready = try waitUntilReadable(
                [StandardStream.input.rawValue, stop.number],
                for: .seconds(3600)
            )
            if stop.isRaised || ready.isEmpty { continue }
            return ["y", "yes"].contains((readLine() ?? "").lowercased())
        }
        try StandardStream.error.write("\n")
        return false
    }
}
