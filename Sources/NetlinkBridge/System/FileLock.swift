internal import Glibc

/// A lock on a file that one process at a time holds; it goes with the process, however that ends.
public struct FileLock: ~Copyable, Sendable {
    private let file: Descriptor

    /// Takes the lock without waiting; nil where another process holds it.
    public init?(path: String) throws(SystemError) {
        try self.init(path, O_RDWR | O_CREAT)
    }

    /// Takes the lock of a folder without waiting, with no file for it; nil where another process holds it.
    public init?(folder: String) throws(SystemError) {
        try self.init(folder, O_RDONLY | O_DIRECTORY)
    }

    private init?(_ path: String, _ flags: Int32) throws(SystemError) {
        let shown = escapedForDisplay(path)
        let number = unsafe open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
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
