internal import CShims
internal import Glibc
internal import Synchronization

/// A program that was started as a child, in the network namespace of the thread that started it.
///
/// Its standard streams are files in memory, so that neither side can block the other. It is killed, with all
/// that it started, when this object goes.
public final class ChildProcess: Sendable {
    private let process: Int32
    /// Becomes readable when the process ends.
    private let watch: Descriptor
    private let outputFile: Descriptor
    private let errorFile: Descriptor
    /// The exit status once the process was reaped: its id belongs to nobody afterwards.
    private let ended = Mutex<Int32?>(nil)

    /// Starts the program at an absolute path.
    ///
    /// - Parameters:
    ///   - path: the program's file; nothing is searched for.
    ///   - arguments: all of them, the program's own name first.
    ///   - environment: `NAME=VALUE`, and nothing beside it is inherited.
    ///   - input: what the program reads from its standard input, to its end.
    /// - Throws: what the system call said, such as ENOENT; a string that holds a NUL byte is EINVAL.
    public init(
        path: String,
        arguments: [String],
        environment: [String],
        input: [UInt8] = []
    ) throws(SystemError) {
        let inputFile = try MemoryFile.make(holding: input)
        let outputFile = try MemoryFile.make()
        let errorFile = try MemoryFile.make()
        let program = ProgramStart(path: path, arguments: arguments, environment: environment)
        let process = try program.start([inputFile.number, outputFile.number, errorFile.number], isDetached: false)
        self.process = process
        self.outputFile = outputFile
        self.errorFile = errorFile
        let watch = na_watch_process(process)
        if watch < 0 { na_kill_group(process) }
        self.watch = Descriptor(owning: try checked(watch, "watch \(escapedForDisplay(path))"))
    }

    /// Waits for the end of the process, at most for `duration`, and returns its exit code; nil while it runs.
    ///
    /// A process that a signal ended has 128 and the signal's number, as in a shell.
    public func status(within duration: Duration) throws(SystemError) -> Int32? {
        let deadline = ContinuousClock.now + duration
        repeat {
            if let status = try reap() { return status }
            _ = try waitUntilReadable([watch.number], for: deadline - .now)
        } while ContinuousClock.now < deadline
        return try reap()
    }

    private func reap() throws(SystemError) -> Int32? {
        try ended.withLock { ended throws(SystemError) in
            guard ended == nil else { return ended }
            var status: Int32 = 0
            // Sound: the pointer is to a local that outlives the call.
            let result = try checked(unsafe na_reap_process(process, &status), "wait for process \(process)")
            if result == 1 { ended = status }
            return ended
        }
    }

    /// Kills the process and all that it started, and waits for its end; nothing where it has ended.
    public func end() {
        ended.withLock { ended in
            guard ended == nil else { return }
            // A zombie keeps its id until it is reaped below, so that the group is still the child's.
            na_kill_group(process)
            var status: Int32 = 0
            while unsafe na_reap_process(process, &status) == 0 {
                _ = try? waitUntilReadable([watch.number], for: .milliseconds(100))
            }
            ended = status
        }
    }

    deinit { end() }

    /// What the program has written to its standard output so far.
    public func output() throws(SystemError) -> [UInt8] { try Self.contents(of: outputFile) }

    /// What the program has written to its standard error so far.
    public func errors() throws(SystemError) -> [UInt8] { try Self.contents(of: errorFile) }

    private static func contents(of file: borrowing Descriptor) throws(SystemError) -> [UInt8] {
        var result: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65536)
        while true {
            // Sound: the kernel writes at most `count` bytes into a buffer that outlives the call.
            let count = unsafe part.withUnsafeMutableBytes { buffer in
                unsafe na_read_at(file.number, buffer.baseAddress, buffer.count, Int64(result.count))
            }
            guard try checked(count, "read what a program wrote") > 0 else { return result }
            result += part[..<count]
        }
    }
}

/// Tells whether this process may execute the file at a path.
public func isExecutable(_ path: String) -> Bool { unsafe access(path, X_OK) == 0 }
