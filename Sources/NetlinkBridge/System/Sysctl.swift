internal import Glibc

/// A kernel parameter under /proc/sys.
///
/// What is below `net` belongs to the network namespace of the thread that opens the file, that is, of the
/// calling thread.
public struct Sysctl: Hashable, Sendable {
    /// The parts of the path below /proc/sys.
    public let components: [KernelName]

    /// The parameter whose path has these parts; an interface's name, dots and all, is one part.
    ///
    /// Refuses with EINVAL a part that is empty, `.` or `..`, or holds a slash: names come from outside.
    public init(_ components: [KernelName]) throws(SystemError) {
        self.components = components
        let isSafe = components.allSatisfy { name in
            !name.isEmpty && name != "." && name != ".." && !name.bytes.contains(UInt8(ascii: "/"))
        }
        guard isSafe, !components.isEmpty else {
            throw SystemError("name the kernel parameter \(path)", code: EINVAL)
        }
    }

    /// The parameter with a name as sysctl(8) writes it: `net.ipv4.ip_forward` or `net/ipv4/ip_forward`.
    ///
    /// The first separator in the text separates; the other one then stands in a part. In the dotted form a
    /// slash stands for a dot (`net.ipv4.conf.eth0/1.forwarding`), in the slashed form a dot is a dot.
    /// Refuses what `init(_:)` with parts refuses.
    public init(_ name: String) throws(SystemError) {
        let dot = UInt8(ascii: ".")
        let slash = UInt8(ascii: "/")
        let separator = name.utf8.first { $0 == dot || $0 == slash } ?? dot
        let parts = name.utf8.split(separator: separator, omittingEmptySubsequences: false)
        try self.init(
            parts.map { part in
                KernelName(bytes: separator == dot ? part.map { $0 == slash ? dot : $0 } : Array(part))
            }
        )
    }

    /// The file's path, fit for printing.
    public var path: String { "/proc/sys/" + components.map(\.description).joined(separator: "/") }

    /// The value without the white space around it; nil where the kernel has no such parameter.
    ///
    /// Throws a `SystemError` that names the file.
    public func read() throws(SystemError) -> String? {
        let value: [UInt8]
        do throws(SystemError) {
            value = try KernelSource.bytes(KernelSource.file(path), "read \(path)") { () throws(SystemError) in
                try readNow()
            }
        } catch {
            if error.code == ENOENT { return nil }
            throw error
        }
        let isSpace = { (byte: UInt8) in byte == 32 || (9...13).contains(byte) }
        let start = value.firstIndex { !isSpace($0) } ?? value.endIndex
        let end = value.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start
        return String(decoding: value[start..<end], as: UTF8.self)
    }

    private func readNow() throws(SystemError) -> [UInt8] {
        let operation = "read \(path)"
        let number = unsafe open(fileName, O_RDONLY | O_CLOEXEC)
        let descriptor = Descriptor(owning: try checked(number < 0 ? -errno : number, operation))
        var value: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { buffer in
                // Sound: the kernel writes at most `count` bytes into a buffer that outlives the call.
                unsafe Glibc.read(descriptor.number, buffer.baseAddress, buffer.count)
            }
            if count < 0, errno == EINTR { continue }
            try checked(count < 0 ? -Int(errno) : count, operation)
            if count == 0 { break }
            value += chunk.prefix(count)
        }
        return value
    }

    /// Sets the value.
    ///
    /// Throws a `SystemError` that names the file, with ENOENT where the kernel has no such
    /// parameter.
    public func write(_ value: String) throws(SystemError) {
        let operation = "write \"\(escapedForDisplay(value))\" to \(path)"
        let number = unsafe open(fileName, O_WRONLY | O_CLOEXEC)
        let descriptor = Descriptor(owning: try checked(number < 0 ? -errno : number, operation))
        // In one call: the kernel reads the value anew at each write.
        let bytes = Array((value + "\n").utf8)
        let count = unsafe bytes.withUnsafeBytes { buffer in
            // Sound: the kernel reads `count` bytes of a buffer that outlives the call.
            unsafe Glibc.write(descriptor.number, buffer.baseAddress, buffer.count)
        }
        try checked(count < 0 ? -Int(errno) : count, operation)
        guard count == bytes.count else { throw SystemError(operation, code: EIO) }
    }

    /// The path as C takes it: bytes with a NUL at the end.
    private var fileName: [CChar] {
        let bytes = "/proc/sys".utf8 + components.flatMap { [UInt8(ascii: "/")] + $0.bytes } + [0]
        return bytes.map { CChar(bitPattern: $0) }
    }
}
