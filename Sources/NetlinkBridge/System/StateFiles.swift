internal import Glibc

/// The files in which a program keeps what it has to remember between two runs.
public enum StateFiles {
    /// Makes a directory and those above it, for root alone; one that exists stays as it is.
    public static func makeDirectory(_ path: String) throws(SystemError) {
        var made = ""
        for component in path.split(separator: "/", omittingEmptySubsequences: false) {
            made +=
                (made.isEmpty && path.hasPrefix("/") ? "/" : made.isEmpty || made.hasSuffix("/") ? "" : "/")
                + component
            // Sound: the string outlives the call.
            if made == "/" || made.isEmpty { continue }
            let result = unsafe mkdir(made, 0o700)
            if result != 0, errno != EEXIST {
                throw SystemError("make the directory \(escapedForDisplay(made))", code: errno)
            }
        }
    }

    /// Reads a small file; nil where there is none.
    ///
    /// A symbolic link is refused.
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

    /// Replaces a file so that the old content or the new one is on the disk, whenever the power goes.
    ///
    /// One process at a time may do this, under a lock. A symbolic link in the file's place is replaced, never followed:
    /// whoever can plant one must not choose what root writes to.
    public static func write(_ bytes: [UInt8], to path: String) throws(SystemError) {
        let shown = escapedForDisplay(path)
        let temporary = temporary(of: path)
        // What a process left that was killed while it wrote.
        try remove(temporary)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let number = unsafe open(temporary, flags, 0o600)
        guard number >= 0 else { throw SystemError("create a file beside \(shown)", code: errno) }
        let file = Descriptor(owning: number)
        do throws(SystemError) {
            try writeAll(bytes, to: file.number, "write to \(shown)")
            guard fsync(file.number) == 0 else {
                throw SystemError("write \(shown) to the disk", code: errno)
            }
            // Sound: the strings outlive the call.
            guard unsafe rename(temporary, path) == 0 else {
                throw SystemError("replace \(shown)", code: errno)
            }
        } catch {
            unsafe unlink(temporary)
            throw error
        }
        syncFolder(of: path)
    }

    /// Removes what a process left that was killed while it replaced a file; nothing is no error.
    ///
    /// As with `write(_:to:)`, one process at a time may do this, under a lock.
    public static func removeUnfinished(_ path: String) throws(SystemError) { try remove(temporary(of: path)) }

    /// The file that is written to take the place of another one.
    private static func temporary(of path: String) -> String { "\(path).new" }

    /// Removes a file; one that does not exist is no error.
    public static func remove(_ path: String) throws(SystemError) {
        guard unsafe unlink(path) != 0, errno != ENOENT else { return }
        throw SystemError("remove \(escapedForDisplay(path))", code: errno)
    }

    /// Brings the names in a file's folder to the disk, where its file system can do that.
    private static func syncFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let number = unsafe open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { return }
        fsync(Descriptor(owning: number).number)
    }
}
