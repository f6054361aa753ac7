internal import CShims
internal import Glibc

/// What a program is started with.
struct ProgramStart {
    /// The program's file; nothing is searched for.
    let path: String
    /// All arguments, the program's own name first.
    let arguments: [String]
    /// `NAME=VALUE`, and nothing beside it is inherited.
    let environment: [String]

    /// Starts it in the calling thread's network namespace with three standard streams, and returns the process's id.
    ///
    /// - Throws: what the system call said, such as ENOENT; a string that holds a NUL byte is EINVAL.
    func start(_ standard: [Int32], isDetached: Bool) throws(SystemError) -> Int32 {
        let operation = "start \(escapedForDisplay(path))"
        guard !(arguments + environment + [path]).contains(where: { $0.utf8.contains(0) }) else {
            throw SystemError(operation, code: EINVAL)
        }
        var process: Int32 = 0
        let started = unsafe Self.packed(arguments).withUnsafeBufferPointer { arguments_ in
            unsafe Self.packed(environment).withUnsafeBufferPointer { environment_ in
                // Sound: each buffer holds as many NUL-terminated strings as its count says, the array has three
                // elements, and all outlive the call.
                unsafe na_spawn(
                    path,
                    arguments_.baseAddress,
                    arguments.count,
                    environment_.baseAddress,
                    environment.count,
                    standard,
                    isDetached ? 1 : 0,
                    &process
                )
            }
        }
        try checked(started, operation)
        return process
    }

    /// The strings one behind the other, each with its NUL.
    private static func packed(_ strings: [String]) -> [CChar] {
        strings.flatMap { $0.utf8.map { CChar(bitPattern: $0) } + [0] }
    }
}

/// Files in memory, for the standard streams of a program that is started: neither side can block the other.
enum MemoryFile {
    /// Makes one that is read from its beginning.
    static func make(holding bytes: [UInt8] = []) throws(SystemError) -> Descriptor {
        let operation = "fill a file in memory"
        let file = Descriptor(owning: try checked(unsafe na_memory_file("standard stream"), operation))
        // Sound: the kernel reads `count` bytes of a buffer that outlives the call.
        let filled = unsafe bytes.withUnsafeBytes { buffer in
            unsafe na_fill_file(file.number, buffer.baseAddress, buffer.count)
        }
        try checked(filled, operation)
        return file
    }
}
