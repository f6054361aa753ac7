internal import Glibc

/// Reads a file that a user named, whatever it is: a regular file, a pipe, a device.
///
/// Throws where it cannot be read, with EFBIG where it is longer than `limit` bytes.
public func readFile(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
    let shown = escapedForDisplay(path)
    // Sound: the string outlives the call.
    let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
    let file = Descriptor(owning: try checked(number < 0 ? -errno : number, "open \(shown)"))
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            // Sound: the kernel writes at most `count` bytes into a buffer that outlives the call.
            unsafe Glibc.read(file.number, bytes.baseAddress, bytes.count)
        }
        if count < 0, errno == EINTR { continue }
        try checked(count < 0 ? -Int(errno) : count, "read \(shown)")
        if count == 0 { return result }
        result += buffer.prefix(count)
        guard result.count <= limit else { throw SystemError("read \(shown)", code: EFBIG) }
    }
}
