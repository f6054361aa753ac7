/// Questions that were asked of the kernel, each with the kernel's last answer, as bytes.
///
/// A question is what was sent: a netlink request without its sequence number, an option of a raw socket, a file's path. An
/// answer is what came back, undecoded: so a log also keeps what today's decoders do not understand, and a reader that is
/// asked to replay it takes the very same way as on the host.
public struct KernelLog: Sendable {
    /// The records, one after the other: the question's length (32 bits, least significant byte first), the question,
    /// the answer's length, the answer.
    public let bytes: [UInt8]
    /// Where in `bytes` the answer to each question stands.
    private let places: [[UInt8]: Range<Int>]

    /// How many questions a log may hold.
    public static let maximumQuestions = 1 << 18

    /// Finds the records.
    ///
    /// Of two answers to one question the last counts. Throws where a length does not fit, or there are too many questions.
    public init(decoding bytes: [UInt8]) throws(DecodingError) {
        var places: [[UInt8]: Range<Int>] = [:]
        var offset = 0
        while offset < bytes.count {
            let question = try Self.field(in: bytes.span, at: offset)
            let answer = try Self.field(in: bytes.span, at: question.upperBound)
            places[Array(bytes[question])] = answer
            guard places.count <= Self.maximumQuestions else {
                throw DecodingError(what: "no more than \(Self.maximumQuestions) questions", offset: offset)
            }
            offset = answer.upperBound
        }
        self.bytes = bytes
        self.places = places
    }

    /// The answer to a question; nil where it was not asked.
    func answer(to question: [UInt8]) -> Range<Int>? { places[question] }

    /// Where the field is whose length stands at `offset`.
    static func field(in bytes: Span<UInt8>, at offset: Int) throws(DecodingError) -> Range<Int> {
        let length = Int(try bytes.network(UInt32.self, at: offset).byteSwapped)
        guard length <= bytes.count - offset - 4 else {
            throw DecodingError(what: "a field of \(length) bytes", offset: offset)
        }
        return (offset + 4)..<(offset + 4 + length)
    }

    /// A field: the length of the bytes, and the bytes.
    static func field(_ bytes: [UInt8]) -> [UInt8] { networkBytes(UInt32(clamping: bytes.count)).reversed() + bytes }
}
