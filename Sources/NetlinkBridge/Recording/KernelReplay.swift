internal import Glibc
internal import Synchronization

/// Answers from a log.
final class KernelReplay: Sendable {
    private let log: KernelLog
    /// How many more bytes are handed out.
    ///
    /// A reader asks a few questions twice; a hostile log whose sets all have one name would make it ask without end.
    private let room: Mutex<Int>

    init(_ log: KernelLog) {
        self.log = log
        room = Mutex(1 << 20 + 4 * log.bytes.count)
    }

    /// An answer of one part.
    func bytes(_ question: [UInt8], _ operation: String) throws(SystemError) -> [UInt8] {
        guard let place = log.answer(to: question) else {
            throw SystemError("\(operation) (it is not in the capture)", code: ENODATA)
        }
        let answer = Array(log.bytes[place])
        let content: KernelAnswer.Content
        let part: [UInt8]
        do throws(DecodingError) {
            try take(answer.count)
            content = try KernelAnswer.content(answer.span)
            part = try Self.part(of: answer, content)
        } catch {
            throw SystemError("\(operation) (the capture holds no \(error))", code: EBADMSG)
        }
        if case .refusal(let code, _) = content { throw SystemError(operation, code: code) }
        return part
    }

    private static func part(of answer: [UInt8], _ content: KernelAnswer.Content) throws(DecodingError) -> [UInt8] {
        guard case .parts(let offset) = content else { return [] }
        return Array(answer[try KernelLog.field(in: answer.span, at: offset)])
    }

    /// An answer of netlink messages.
    func exchange(
        _ question: [UInt8],
        operation: String,
        _ body: (_ type: UInt16, _ payload: Span<UInt8>) throws(DecodingError) -> Void
    ) throws(NetlinkError) {
        guard let place = log.answer(to: question) else { throw NetlinkError(operation, .notCaptured) }
        let refusal: NetlinkError.Reason?
        do throws(DecodingError) {
            try take(place.count)
            refusal = try messages(at: place, body)
        } catch {
            throw NetlinkError(operation, .malformed(error))
        }
        if let refusal { throw NetlinkError(operation, refusal) }
    }

    private func messages(
        at place: Range<Int>,
        _ body: (_ type: UInt16, _ payload: Span<UInt8>) throws(DecodingError) -> Void
    ) throws(DecodingError) -> NetlinkError.Reason? {
        let bytes = log.bytes
        let records = bytes.span
        return try Self.messages(in: records.extracting(place), body)
    }

    /// Lends the messages of an answer; the reason where it is a refusal.
    private static func messages(
        in answer: Span<UInt8>,
        _ body: (_ type: UInt16, _ payload: Span<UInt8>) throws(DecodingError) -> Void
    ) throws(DecodingError) -> NetlinkError.Reason? {
        switch try KernelAnswer.content(answer) {
        case .refusal(let code, let message): return .refused(code: code, message: message, offset: nil)
        case .parts(var offset):
            while offset < answer.count {
                let part = try KernelLog.field(in: answer, at: offset)
                guard part.count >= 2 else { throw DecodingError(what: "no type of a message", offset: offset) }
                let type: UInt16 = try answer.network(at: part.lowerBound)
                try body(type, answer.extracting((part.lowerBound + 2)..<part.upperBound))
                offset = part.upperBound
            }
            return nil
        }
    }

    private func take(_ count: Int) throws(DecodingError) {
        let isEnough = room.withLock { room in
            room -= count
            return room >= 0
        }
        guard isEnough else { throw DecodingError(what: "answers that are asked for too often", offset: 0) }
    }
}
