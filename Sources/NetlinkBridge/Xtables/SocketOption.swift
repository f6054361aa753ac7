internal import CShims
internal import Glibc

/// Questions that are asked as an option of a raw socket, as xtables and ipset want it.
enum SocketOption {
    /// The kernel's answer to the bytes of a question; it is as long as the question, or shorter.
    static func ask(
        _ option: Int32,
        _ question: [UInt8],
        _ family: Int32,
        _ operation: @autoclosure () -> String
    ) throws(SystemError) -> [UInt8] {
        try KernelSource.bytes(KernelSource.option(family, option, question), operation()) {
            () throws(SystemError) in
            var bytes = question
            let result = unsafe bytes.withUnsafeMutableBytes { buffer in
                // Sound: the kernel writes at most `count` bytes into a buffer that outlives the call.
                unsafe na_xtables_get(family, option, buffer.baseAddress, buffer.count)
            }
            return Array(bytes.prefix(try checked(result, operation())))
        }
    }
}
