internal import CShims
internal import Glibc

/// Reads small files of /proc, which have no size to ask for.
enum ProcessFile {
    /// The whole file, at most `limit` bytes of it.
    static func read(_ path: String, limit: Int = 1 << 20) throws(SystemError) -> [UInt8] {
        try KernelSource.bytes(KernelSource.file(path), "read \(path)") { () throws(SystemError) in
            try readNow(path, limit: limit)
        }
    }

    private static func readNow(_ path: String, limit: Int) throws(SystemError) -> [UInt8] {
        let number = try checked(unsafe na_open_readonly(path), "open \(path)")
        let descriptor = Descriptor(owning: number)
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while result.count < limit {
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                // Sound: the kernel writes at most `count` bytes into a buffer that outlives the call.
                unsafe Glibc.read(descriptor.number, bytes.baseAddress, bytes.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError("read \(path)", code: errno) }
            if count == 0 { break }
            result += buffer.prefix(count)
        }
        return result
    }
}
