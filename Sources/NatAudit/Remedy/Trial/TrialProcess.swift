internal import NetlinkBridge

/// The inside of the process that holds a trial: it makes nataudit's tables as the owner, and sleeps.
///
/// The kernel removes the tables with the socket that made them, and so with this process, however it ends. Its end at the
/// deadline is armed in the kernel too, so that it ends even where it is stopped.
public enum TrialProcess {
    /// The subcommand by which `fix` starts it; no user does.
    public static let subcommand = "hold-trial"

    /// How long a trial may last, in seconds.
    public static let seconds = 1...Trial.longest

    /// Holds a trial; returns when it was kept, or when `fix` went away before it was proven.
    ///
    /// Called in a process that has one thread only.
    public static func run() throws {
        // First of all, since from then on a call does not end the process.
        let call = try StopSignal.onCall()
        let input = String(decoding: try readFile("/dev/stdin", limit: 1 << 26), as: UTF8.self)
        guard let request = try? JSONText.decode(TrialRequest.self, from: input) else {
            throw ApplyError("\(subcommand) is started by `nataudit fix --trial` alone, which tells it what to hold")
        }
        let fix = try MessageChannel.inherited()
        try DetachedProcess.letGo(as: Tool.name)
        do {
            try hold(request, for: fix, until: call)
        } catch {
            // Where the trial has begun, nobody reads this any more.
            try fix.send(Array(JSONText.encode(TrialAnswer.failed("\(error)")).utf8))
        }
    }

    private static func hold(_ request: TrialRequest, for fix: MessageChannel, until call: StopSignal) throws {
        var order = try fix.receive(within: nil).flatMap(TrialOrder.init)
        guard order != nil else { return }
        try BootClock.killThisProcess(at: request.deadline)
        var writer = try NftWriter()
        while case .begin(let generation)? = order {
            let answer = TrialAnswer.commit(try writer.commit(request.begin.planned(on: generation)))
            try fix.send(Array(JSONText.encode(answer.shortened).utf8))
            order = try fix.receive(within: nil).flatMap(TrialOrder.init)
        }
        guard order == .stay else { return }
        while true {
            guard try !waitUntilReadable([call.number], for: .seconds(3600)).isEmpty else { continue }
            call.lower()
            // What the kernel says counts, not its answer: this process must not end while a table would go with it.
            let claims = request.lifetime.flatMap { try? MappingClaims.commands(lifetime: $0) } ?? []
            _ = try? writer.commit(request.keep.adding(claims))
            if !isHolding() { return }
        }
    }

    /// Tells whether tables would go with this process; true where that cannot be told.
    ///
    /// One look may fail where memory is short, and nobody calls this process again once they are kept: it would be there until
    /// the deadline.
    private static func isHolding() -> Bool {
        for _ in 0..<16 {
            if let isHolding = try? OwnTables.areHeld() { return isHolding }
        }
        return true
    }
}
