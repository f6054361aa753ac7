internal import Glibc

/// The files in which a program keeps what it has to remember between two runs.
public enum StateFiles {
    /// Makes a directory and those above it, for root alone; one that exists stays as it is.
    public static func makeDirectory(_ path: String) throws(SystemError) {
        var made = ""
        for component in path.split(separator: "/", omittingEmptySubsequences: false) {
            made += (made.isEmpty && path.hasPrefix("/") ? "/" : made.isEmpty || made.hasSuffix("/") ? "" : "/") + component
            // Sound: the string outlives the call.
            if made == "/" || made.isEmpty { continue }
            let result = unsafe mkdir(made, 0o700)
            if result != 0, errno != EEXIST {
                throw SystemError("make the directory \(escapedForDisplay(made))", code: errno)
            }
        }
    }

    /// Reads a small file; nil where there is none. A symbolic link is refused.
    public static func read(_ path: String) throws(SystemError) -> [UInt8]? {
        let shown = escapedForDisplay(path)
        let number = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        if number < 0 {
            if errno == ENOENT { return nil }
            throw SystemError("open \(shown)", code: errno)
        }
        let file = Descriptor(owning: number)
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while result.count < 1 << 20 {
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                // Sound: the kernel writes at most `count` bytes into a buffer that outlives the call.
                unsafe Glibc.read(file.number, bytes.baseAddress, bytes.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("read \(shown)", code: errno) }
            if count == 0 { break }
            result += buffer.prefix(count)
        }
        return result
    }

    /// Removes a file; one that does not exist is no error.
    public static func remove(_ path: String) throws(SystemError) {
        guard unsafe unlink(path) != 0, errno != ENOENT else { return }
        throw SystemError("remove \(escapedForDisplay(path))", code: errno)
    }
}

/// A lock on a file that one process at a time holds; it goes with the process, however that ends.
public struct FileLock: ~Copyable, Sendable {
    private let file: Descriptor

    /// Takes the lock without waiting; nil where another process holds it.
    public init?(path: String) throws(SystemError) {
        let shown = escapedForDisplay(path)
        let number = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard number >= 0 else { throw SystemError("open the lock \(shown)", code: errno) }
        let file = Descriptor(owning: number)
        if flock(number, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            if code == EWOULDBLOCK { return nil }
            throw SystemError("take the lock \(shown)", code: code)
        }
        self.file = file
    }
}
