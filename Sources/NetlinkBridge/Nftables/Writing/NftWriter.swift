internal import Glibc

/// What became of a batch.
public enum NftCommit: Hashable, Sendable, Codable {
    /// The kernel acknowledged the last change and reported no error.
    case committed
    /// The ruleset was changed after the plan was made (ERESTART): nothing was done.
    case stale
    /// The kernel refused changes, each with its place among the commands where that is known: nothing was done.
    case refused([Refusal])
    /// Something went wrong after sending: whether it was done has to be read from the kernel.
    case open(NetlinkError)

    /// A change that the kernel refused.
    public struct Refusal: Hashable, Sendable, Codable {
        /// The index among the batch's commands; nil where the batch as a whole was refused.
        public let command: Int?
        /// The errno, and the kernel's own words where it has some.
        public let error: NetlinkError
    }
}

/// Sends batches of changes to nf_tables in the calling thread's namespace.
public struct NftWriter: ~Copyable {
    private var socket: NetlinkSocket

    /// Opens the socket.
    public init() throws(SystemError) { socket = try NetlinkSocket(.netfilter) }

    /// Sends a batch, once, and collects what the kernel says of it.
    ///
    /// - Throws: `NetlinkError` when nothing was sent.
    public mutating func commit(_ batch: NftBatch) throws(NetlinkError) -> NftCommit {
        let operation = "apply \(batch.count) changes to nf_tables"
        guard batch.count > 0 else { return .committed }
        let bytes = batch.bytes
        socket.reserve(sending: bytes.count, answers: Int(batch.count) + 2)
        try socket.send(bytes, operation: operation)
        var refusals: [NftCommit.Refusal] = []
        var isAcknowledged = false
        var isStale = false
        // The first answer may take long; all others were queued with it.
        var mayWait = true
        while true {
            let answers: [NetlinkAcknowledgement]
            do throws(NetlinkError) {
                guard let next = try socket.acknowledgements(operation: operation, waiting: mayWait) else {
                    break
                }
                answers = next
            } catch {
                return .open(error)
            }
            for answer in answers {
                if answer.code == 0 {
                    isAcknowledged = isAcknowledged || answer.sequence == batch.count
                } else if answer.code == ERESTART {
                    isStale = true
                } else {
                    let index = Int(answer.sequence) - 1
                    let error = NetlinkError(
                        operation,
                        .refused(code: answer.code, message: answer.message, offset: answer.offset)
                    )
                    refusals.append(
                        .init(command: (0..<Int(batch.count)).contains(index) ? index : nil, error: error)
                    )
                }
            }
            if isAcknowledged || isStale || !refusals.isEmpty { mayWait = false }
        }
        // An acknowledgement inside a batch that failed says nothing: errors count first.
        if !refusals.isEmpty { return .refused(refusals) }
        if isStale { return .stale }
        return isAcknowledged ? .committed : .open(NetlinkError(operation, .timedOut))
    }
}
