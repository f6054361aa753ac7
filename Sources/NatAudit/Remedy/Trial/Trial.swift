internal import NetlinkBridge

/// A fix on trial: a process holds nataudit's tables, and the kernel takes them back when that process ends.
///
/// It stands in the undo record, by which later commands find the process. Whether the trial is on is told by the tables
/// in the kernel, since the process may end at any time.
struct Trial: Hashable, Sendable, Codable {
    /// The id of the process that holds the tables.
    let process: Int32
    /// The process's start time in clock ticks since the boot, which tells it from a later one with that id.
    let startTime: UInt64
    /// When the kernel ends the process, in milliseconds since the boot.
    let deadline: Int64

    /// The longest trial, in seconds: a day.
    ///
    /// Who wants to try for longer has `nataudit undo`.
    static let longest = 86_400

    /// How many seconds are left, rounded up; 0 where the time has passed.
    var secondsLeft: Int {
        let now = BootClock.now()
        // Within what a trial may last, so that no number in a file can overflow.
        let end = min(max(deadline, now), now + Int64(Self.longest) * 1000)
        return Int((end - now + 999) / 1000)
    }

    /// The process that holds the tables; nil where it has ended, or cannot be seen from this process namespace.
    func holder() throws -> ProcessHandle? { try ProcessHandle(id: process, startTime: startTime) }

    /// Ends the process, and with it the tables; nothing happens where it has ended.
    func end() throws {
        guard let holder = try holder() else { return }
        try holder.kill()
        guard try holder.hasEnded(within: .seconds(10)) else {
            throw ApplyError(
                "process \(process), which holds the trial, was killed and has not ended yet; the table goes with it"
            )
        }
    }
}
