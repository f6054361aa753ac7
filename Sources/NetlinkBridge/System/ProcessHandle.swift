internal import CShims
internal import Glibc

/// A process that no later one can be mistaken for, although ids are given again (pidfd_open(2)).
public final class ProcessHandle: Sendable {
    /// The process's id, in the process namespace of this one.
    public let id: Int32
    /// When it was started, in clock ticks since the boot (field 22 of /proc/PID/stat, proc_pid_stat(5)): with the id it
    /// names one process of a boot.
    public let startTime: UInt64
    /// Becomes readable when the process ends.
    private let watch: Descriptor

    /// Opens a child of this process, which keeps its id until it is reaped.
    init(child id: Int32) throws(SystemError) {
        let watch = Descriptor(owning: try checked(na_watch_process(id), "watch process \(id)"))
        guard let startTime = try Self.startTime(of: id) else {
            throw SystemError("watch process \(id)", code: ESRCH)
        }
        self.id = id
        self.startTime = startTime
        self.watch = watch
    }

    /// Opens the process that had this id and start time; nil where it is gone, or cannot be seen from here.
    public init?(id: Int32, startTime: UInt64) throws(SystemError) {
        let number = na_watch_process(id)
        // EINVAL: an id that no process has.
        if number == -ESRCH || number == -EINVAL { return nil }
        let watch = Descriptor(owning: try checked(number, "watch process \(id)"))
        // After the descriptor was opened: what is read now is of that process or of a later one, and told by its time.
        guard try Self.startTime(of: id) == startTime else { return nil }
        self.id = id
        self.startTime = startTime
        self.watch = watch
    }

    /// The time at which a process was started; nil where there is none.
    private static func startTime(of id: Int32) throws(SystemError) -> UInt64? {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try ProcessFile.read("/proc/\(id)/stat")
        } catch {
            if error.code == ENOENT || error.code == ESRCH { return nil }
            throw error
        }
        // The program's name stands in parentheses and may hold anything; the fields behind it are numbers, but the state.
        guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = bytes[(end + 1)...].split(separator: UInt8(ascii: " "))
        return fields.count > 19 ? UInt64(String(decoding: fields[19], as: UTF8.self)) : nil
    }

    /// Kills the process; nothing happens where it has ended.
    public func kill() throws(SystemError) { try send(SIGKILL) }

    /// Raises SIGUSR1 in the process, and lets it run where it is stopped.
    public func call() throws(SystemError) {
        try send(SIGUSR1)
        try send(SIGCONT)
    }

    private func send(_ signal: Int32) throws(SystemError) {
        let result = na_signal_process(watch.number, signal)
        if result != -ESRCH { try checked(result, "send a signal to process \(id)") }
    }

    /// Waits for the end of the process, at most for `duration`, and tells whether it has ended.
    ///
    /// Its sockets are closed by then.
    public func hasEnded(within duration: Duration = .zero) throws(SystemError) -> Bool {
        let deadline = ContinuousClock.now + duration
        repeat {
            if try !waitUntilReadable([watch.number], for: deadline - .now).isEmpty { return true }
        } while ContinuousClock.now < deadline
        return false
    }
}
