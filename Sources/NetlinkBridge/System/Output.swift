internal import CShims
internal import Glibc

/// The two streams that a command writes to.
public enum StandardStream: Int32, Sendable {
    /// What is typed.
    case input = 0
    /// The report's.
    case output = 1
    /// The messages'.
    case error = 2

    /// Tells whether the stream leads to a terminal.
    public var isTerminal: Bool { isatty(rawValue) == 1 }

    /// Writes text, all of it or an error; a reader that went away (`| head`) has read enough, which is none.
    public func write(_ text: String) throws(SystemError) { try write(Array(text.utf8)) }

    /// Writes bytes, as text is written.
    public func write(_ bytes: [UInt8]) throws(SystemError) {
        do throws(SystemError) {
            try writeAll(bytes, to: rawValue, "write to standard \(self)")
        } catch  where error.code == EPIPE {
            return
        }
    }

    /// Lets writing to a pipe that nobody reads be an error of that call instead of the end of the process.
    ///
    /// Without it a closed pipe would end a command in the middle of a change to the host, and would hide its exit code.
    public static func outliveReaders() { _ = signal(SIGPIPE, SIG_IGN) }
}

/// Makes freed memory of a megabyte and more go back to the kernel at once.
///
/// By itself glibc keeps such blocks after it has seen one freed, and they end as holes: while a large ruleset is read,
/// arrays outgrow such blocks again and again.
public func returnLargeMemory() { na_return_large_blocks() }

/// Ends the process at once with an exit code; what was written has been written.
public func endProcess(with code: Int32) -> Never { exit(code) }

/// Writes a text file so that a reader sees the old content or the new one, never a part.
///
/// What exists and is no regular file itself (a pipe, a link such as `/dev/stdout`) is written into instead:
/// to put a file in its place would take `/dev/null` from everybody else.
/// `mode` holds the permissions of a file that is made, from which the umask takes unless the file `isForAll`. Without
/// `isDurable` the disk is not waited for, and a crash of the machine may leave either content, or none.
///
/// - Throws: `SystemError`; the file at `path` is then as it was.
public func writeFile(
    _ text: String,
    path: String,
    mode: UInt32 = 0o644,
    isForAll: Bool = false,
    isDurable: Bool = true
) throws(SystemError) {
    try writeFile(Array(text.utf8), path: path, mode: mode, isForAll: isForAll, isDurable: isDurable)
}

/// Writes a file of bytes as text is written.
public func writeFile(
    _ bytes: [UInt8],
    path: String,
    mode: UInt32 = 0o644,
    isForAll: Bool = false,
    isDurable: Bool = true
) throws(SystemError) {
    let shown = escapedForDisplay(path)
    // Sound, here and below: the strings outlive the calls that read them.
    if isSpecial(path) {
        let number = try succeeded(unsafe open(path, O_WRONLY | O_TRUNC | O_CLOEXEC), "open \(shown)")
        let file = Descriptor(owning: number)
        return try writeAll(bytes, to: file.number, "write to \(shown)")
    }
    // In the same directory, so that the rename stays inside one file system. A name that is drawn, since every container
    // has a process 1; hidden and with an ending of its own, since readers of whole folders take all but such files.
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    let temporary = "\(folder).\(String(UInt64.random(in: .min ... .max), radix: 36)).tmp"
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
    let number = try succeeded(unsafe open(temporary, flags, mode), "create a file beside \(shown)")
    let file = Descriptor(owning: number)
    do throws(SystemError) {
        if isForAll { try succeeded(fchmod(file.number, mode), "let others read \(shown)") }
        try writeAll(bytes, to: file.number, "write to \(shown)")
        if isDurable { try succeeded(fsync(file.number), "write \(shown) to the disk") }
        try succeeded(unsafe rename(temporary, path), "replace \(shown)")
    } catch {
        unsafe unlink(temporary)
        throw error
    }
}

/// Tells whether a path names something that is no regular file, a link to one included.
private func isSpecial(_ path: String) -> Bool {
    var status = stat()
    // Sound: the structure outlives the call.
    return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
}

/// The result of a call that leaves its reason in errno where it fails.
@discardableResult
private func succeeded(_ result: Int32, _ operation: @autoclosure () -> String) throws(SystemError) -> Int32 {
    guard result < 0 else { return result }
    let code = errno
    throw SystemError(operation(), code: code)
}

/// Writes all bytes, or fails.
func writeAll(
    _ bytes: [UInt8],
    to descriptor: Int32,
    _ operation: @autoclosure () -> String
) throws(SystemError) {
    var written = 0
    while written < bytes.count {
        let count = unsafe bytes.withUnsafeBytes { buffer in
            // Sound: what is left of a buffer that outlives the call.
            unsafe write(descriptor, buffer.baseAddress.map { unsafe $0 + written }, buffer.count - written)
        }
        let code = count < 0 ? errno : EIO
        if count < 0 && code == EINTR { continue }
        guard count > 0 else { throw SystemError(operation(), code: code) }
        written += count
    }
}
