internal import CShims
internal import Glibc

/// Questions that are asked as an option of a raw socket, as xtables and ipset want it.
enum SocketOption {
    /// The kernel's answer to the bytes of a question, behind a prefix; it is as long as the question, or shorter.
    ///
    /// What the question lacks of the bytes of `room` is zeros; without it the question is whole. A table's answer is tens of
    /// megabytes on a large node: there is one buffer for it, and no copy.
    static func ask(
        _ option: Int32,
        _ question: [UInt8],
        room: Int? = nil,
        behind prefix: [UInt8] = [],
        _ family: Int32,
        _ operation: @autoclosure () -> String
    ) throws(SystemError) -> [UInt8] {
        let room = max(room ?? 0, question.count)
        let asked = question + (room > question.count ? networkBytes(UInt32(clamping: room)) : [])
        return try KernelSource.bytes(KernelSource.option(family, option, asked), operation()) {
            () throws(SystemError) in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(prefix.count + room)
            bytes += prefix
            bytes += question
            bytes += repeatElement(0, count: room - question.count)
            let result = unsafe bytes.withUnsafeMutableBytes { buffer in
                let answer = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[prefix.count...])
                // Sound: the kernel writes at most `count` bytes into a buffer that outlives the call.
                return unsafe na_xtables_get(family, option, answer.baseAddress, answer.count)
            }
            let count = prefix.count + (try checked(result, operation()))
            bytes.removeLast(max(0, bytes.count - count))
            return bytes
        }
    }
}
