internal import CShims
internal import Glibc

/// Room for what a server receives and answers at once: many datagrams cost few system calls and no memory of their
/// own.
@safe public struct DatagramBatch: ~Copyable {
    private let raw: OpaquePointer

    /// How many datagrams there are now.
    public private(set) var count = 0

    /// The bytes of one datagram at most: a longer one is received as an oversized one, an answer cannot be longer.
    public static let datagramLength = Int(NA_BATCH_LENGTH)

    /// Makes room.
    ///
    /// - Throws: `SystemError` where there is no memory.
    public init() throws(SystemError) {
        guard let raw = unsafe na_batch_make() else { throw SystemError("make room for datagrams", code: ENOMEM) }
        unsafe self.raw = raw
    }

    deinit { unsafe na_batch_free(raw) }

    /// Receives what waits on a socket, at most as much as there is room for, in place of what was received before.
    public mutating func receive(on socket: borrowing UDPSocket) throws(SystemError) {
        // Sound: the room belongs to this value alone.
        let result = unsafe na_batch_receive(raw, socket.number)
        count = 0
        if result == -EAGAIN || result == -EINTR { return }
        count = Int(try checked(result, "receive datagrams on \(socket.local)"))
    }

    /// Where a datagram came from.
    public func source(of index: Int) -> Endpoint {
        precondition(index < count)
        var source = na_endpoint()
        unsafe na_batch_source(raw, index, &source)
        return Endpoint(source)
    }

    /// Works on a datagram where it lies.
    ///
    /// - Parameters:
    ///   - index: which datagram.
    ///   - body: is given all the room that the datagram has, and how many bytes of it the datagram fills; nil where
    ///     it was longer than the room.
    /// - Returns: what the body does.
    public mutating func with<Result>(
        _ index: Int,
        _ body: (inout MutableSpan<UInt8>, Int?) -> Result
    ) -> Result {
        precondition(index < count)
        let length = unsafe na_batch_length(raw, index)
        // Sound: every place has that many bytes, and nothing else refers to them meanwhile.
        let buffer = unsafe UnsafeMutableBufferPointer(start: na_batch_bytes(raw, index), count: Self.datagramLength)
        var span = unsafe buffer.mutableSpan
        return body(&span, length < 0 ? nil : length)
    }

    /// Sends the first bytes of a datagram's place back to where it came from, with the next `sendAnswers(on:)`; at
    /// most once for each datagram.
    public mutating func answer(_ index: Int, _ length: Int) {
        precondition(index < count && length <= Self.datagramLength)
        unsafe na_batch_answer(raw, index, length)
    }

    /// Sends the first bytes of a datagram's place elsewhere, at once.
    public mutating func send(_ index: Int, _ length: Int, on socket: borrowing UDPSocket, to remote: Endpoint)
        throws(SystemError)
    {
        precondition(index < count && length <= Self.datagramLength)
        var raw = na_endpoint(remote)
        let sent = unsafe na_udp_send(socket.number, &raw, na_batch_bytes(self.raw, index), length)
        try checked(sent, "send a datagram to \(remote)")
    }

    /// Sends the answers that were put aside.
    ///
    /// - Returns: how many of them the kernel took.
    public mutating func sendAnswers(on socket: borrowing UDPSocket) -> Int {
        Int(unsafe na_batch_send(raw, socket.number))
    }
}
