internal import Glibc

/// A folder that nobody but root can change, held open: its files are reached whatever becomes of its path.
///
/// A new file is written beside the old one and takes its place at once, so that after a crash one of the two is there.
public struct RootFolder: ~Copyable, Sendable {
    /// The folder's path, as it was given.
    public let path: String
    private let descriptor: Descriptor

    /// The longest file that is read.
    private static let limit = 1 << 20

    /// Opens a folder.
    ///
    /// - Throws: ENOENT where there is none, ENOTDIR or ELOOP for a symbolic link, EPERM where others than root may change it.
    public init(_ path: String) throws(SystemError) {
        let shown = escapedForDisplay(path)
        let number = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        let descriptor = Descriptor(owning: try Self.succeeded(number, "open the folder \(shown)"))
        try Self.requireRootsAlone(descriptor.number, shown, isFolder: true)
        self.path = path
        self.descriptor = descriptor
    }

    /// Tells whether there is such a folder of root's alone.
    public static func isThere(_ path: String) -> Bool {
        do throws(SystemError) {
            _ = try RootFolder(path)
            return true
        } catch {
            return false
        }
    }

    /// Makes a folder that all may read, and returns whether there was none.
    public static func make(_ path: String) throws(SystemError) -> Bool {
        let operation = "make the folder \(escapedForDisplay(path))"
        // Sound, here and below: the strings outlive the calls that read them.
        if unsafe mkdir(path, 0o755) != 0 {
            if errno == EEXIST { return false }
            throw SystemError(operation, code: errno)
        }
        // The umask may have taken what others need.
        if unsafe chmod(path, 0o755) != 0 {
            let code = errno
            _ = unsafe rmdir(path)
            throw SystemError(operation, code: code)
        }
        return true
    }

    /// Removes a folder that is empty; any other stays, and one that does not exist is no error.
    public static func removeEmpty(_ path: String) throws(SystemError) {
        if unsafe rmdir(path) != 0, ![ENOTEMPTY, EEXIST, ENOENT, ENOTDIR, EBUSY].contains(errno) {
            throw SystemError("remove the folder \(escapedForDisplay(path))", code: errno)
        }
    }

    /// What the folder holds under a name.
    public enum Entry: Hashable, Sendable {
        /// Nothing.
        case absent
        /// A regular file, with its content.
        case file([UInt8])
        /// A symbolic link, with what it names.
        case link(String)
    }

    /// Looks at a name of the folder.
    ///
    /// - Throws: EPERM for a file that is not regular, not root's, or that others may change; EFBIG for one of more than 1 MiB.
    public func entry(_ name: String) throws(SystemError) -> Entry {
        let shown = shown(name)
        let number = unsafe openat(descriptor.number, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        if number < 0, errno == ENOENT { return .absent }
        if number < 0, errno == ELOOP {
            return .link(try linkTarget(name, in: descriptor.number, "read the link \(shown)"))
        }
        let file = Descriptor(owning: try Self.succeeded(number, "open \(shown)"))
        try Self.requireRootsAlone(file.number, shown, isFolder: false)
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = unsafe part.withUnsafeMutableBytes { buffer in
                // Sound: the kernel writes at most `count` bytes into a buffer that outlives the call.
                unsafe Glibc.read(file.number, buffer.baseAddress, buffer.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("read \(shown)", code: errno) }
            if count == 0 { return .file(bytes) }
            bytes += part.prefix(count)
            guard bytes.count <= Self.limit else { throw SystemError("read \(shown)", code: EFBIG) }
        }
    }

    /// Writes a file that all may read beside the place that it is to take, and to the disk.
    public func stage(_ bytes: [UInt8], as name: String) throws(SystemError) {
        let shown = shown(name)
        discard(name)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let number = unsafe openat(descriptor.number, Self.staged(name), flags, 0o644)
        let file = Descriptor(owning: try Self.succeeded(number, "create a file beside \(shown)"))
        do throws(SystemError) {
            try Self.succeeded(fchmod(file.number, 0o644), "let others read \(shown)")
            try writeAll(bytes, to: file.number, "write to \(shown)")
            try Self.succeeded(fsync(file.number), "write \(shown) to the disk")
        } catch {
            discard(name)
            throw error
        }
    }

    /// Makes a symbolic link beside the place that it is to take.
    public func stageLink(to target: String, as name: String) throws(SystemError) {
        discard(name)
        let result = unsafe symlinkat(target, descriptor.number, Self.staged(name))
        try Self.succeeded(result, "make the link \(shown(name))")
    }

    /// Puts what was staged in its place, on the disk too.
    public func put(_ name: String) throws(SystemError) {
        let result = unsafe renameat(descriptor.number, Self.staged(name), descriptor.number, name)
        try Self.succeeded(result, "replace \(shown(name))")
        fsync(descriptor.number)
    }

    /// Removes what was staged; nothing happens where nothing was.
    public func discard(_ name: String) { _ = unsafe unlinkat(descriptor.number, Self.staged(name), 0) }

    /// Removes what a process staged that ended before it put it in its place: a file or link of root's; any other stays.
    public func removeAbandoned(_ name: String) throws(SystemError) {
        var status = stat()
        // Sound: the string and the structure outlive the call.
        let result = unsafe fstatat(descriptor.number, Self.staged(name), &status, AT_SYMLINK_NOFOLLOW)
        guard result == 0, status.st_uid == 0, [S_IFREG, S_IFLNK].contains(status.st_mode & S_IFMT) else { return }
        try remove(Self.staged(name))
    }

    /// Removes a file or link; one that does not exist is no error.
    public func remove(_ name: String) throws(SystemError) {
        if unsafe unlinkat(descriptor.number, name, 0) != 0, errno != ENOENT {
            throw SystemError("remove \(shown(name))", code: errno)
        }
        fsync(descriptor.number)
    }

    private func shown(_ name: String) -> String { escapedForDisplay("\(path)/\(name)") }

    /// No reader of these folders takes a file of this ending.
    private static func staged(_ name: String) -> String { "\(name).new" }

    private static func requireRootsAlone(
        _ number: Int32,
        _ shown: String,
        isFolder: Bool
    ) throws(SystemError) {
        var status = stat()
        // Sound: the structure outlives the call.
        try succeeded(unsafe fstat(number, &status), "look at \(shown)")
        guard isRootsAlone(status), isFolder || status.st_mode & S_IFMT == S_IFREG else {
            throw SystemError("trust \(shown), which others than root may change", code: EPERM, isDistrust: true)
        }
    }

    /// The result of a call that leaves its reason in errno where it fails.
    @discardableResult
    private static func succeeded(
        _ result: Int32,
        _ operation: @autoclosure () -> String
    ) throws(SystemError) -> Int32 {
        guard result < 0 else { return result }
        let code = errno
        throw SystemError(operation(), code: code)
    }
}

/// Tells whether a file is root's, and neither its group nor others may write to it.
func isRootsAlone(_ status: stat) -> Bool { status.st_uid == 0 && status.st_mode & 0o022 == 0 }

/// What a symbolic link names; it is looked for in a folder, where its path is not absolute.
func linkTarget(_ path: String, in folder: Int32, _ operation: String) throws(SystemError) -> String {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe bytes.withUnsafeMutableBufferPointer { buffer -> Int in
        // Sound: the kernel writes at most `count` bytes into a buffer that outlives the call.
        guard let start = buffer.baseAddress else { return 0 }
        return unsafe readlinkat(folder, path, start, buffer.count)
    }
    guard count >= 0 else { throw SystemError(operation, code: errno) }
    return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
