internal import Glibc

/// One end of a connection between two processes of this machine that carries whole messages (SOCK_SEQPACKET).
public final class MessageChannel: Sendable {
    private let descriptor: Descriptor

    /// The longest message that is sent or received, in bytes: less than the kernel's smallest default buffer.
    public static let capacity = 64 * 1024

    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

    /// The end that this process was started with in place of its standard output.
    public static func inherited() throws(SystemError) -> MessageChannel {
        let number = fcntl(StandardStream.output.rawValue, F_DUPFD_CLOEXEC, 3)
        return MessageChannel(Descriptor(owning: try checked(number < 0 ? -errno : number, "take over a channel")))
    }

    /// Makes a channel to a process that is to be started: this process's end, and the descriptor for the other one.
    static func pair() throws(SystemError) -> (here: MessageChannel, there: MessageChannel) {
        var ends: [Int32] = [-1, -1]
        // Sound: the array has room for the two descriptors and outlives the call.
        let result = unsafe socketpair(
            AF_UNIX,
            Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
            0,
            &ends
        )
        try checked(result < 0 ? -errno : 0, "open a channel between two processes")
        return (MessageChannel(Descriptor(owning: ends[0])), MessageChannel(Descriptor(owning: ends[1])))
    }

    /// The descriptor's number, for `waitUntilReadable(_:for:)` and for a process that is started.
    public var number: Int32 { descriptor.number }

    /// Sends a message that is not empty; without waiting, since only a few are ever under way.
    ///
    /// - Throws: EPIPE where the other end is closed.
    public func send(_ message: [UInt8]) throws(SystemError) {
        let sent = unsafe message.withUnsafeBytes { buffer in
            // Sound: the kernel reads `count` bytes of a buffer that outlives the call.
            unsafe Glibc.send(
                number,
                buffer.baseAddress,
                buffer.count,
                Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
            )
        }
        try checked(sent < 0 ? -errno : 0, "send a message to another process")
    }

    /// Waits for a message, at most for `duration` (nil: for ever); nil where none came.
    ///
    /// - Throws: EPIPE where the other end is closed.
    public func receive(within duration: Duration?) throws(SystemError) -> [UInt8]? {
        let operation = "receive a message from another process"
        let deadline = duration.map { ContinuousClock.now + $0 }
        repeat {
            guard try !waitUntilReadable([number], for: deadline.map { $0 - .now } ?? .seconds(3600)).isEmpty else {
                continue
            }
            var buffer = [UInt8](repeating: 0, count: Self.capacity)
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                // Sound: the kernel writes at most `count` bytes into a buffer that outlives the call.
                unsafe recv(number, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT))
            }
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            try checked(count < 0 ? -Int(errno) : count, operation)
            guard count > 0 else { throw SystemError(operation, code: EPIPE) }
            return Array(buffer.prefix(count))
        } while deadline.map { ContinuousClock.now < $0 } ?? true
        return nil
    }
}
