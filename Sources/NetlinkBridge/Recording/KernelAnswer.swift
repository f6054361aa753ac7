/// An answer of the kernel as a log holds it: parts, or an errno.
struct KernelAnswer {
    /// The bytes: 0 and the parts, each behind its length; or 1, the errno in network order, and the kernel's own words.
    private(set) var bytes: [UInt8] = [0]

    /// An answer without parts.
    init() {}

    /// An answer of one part.
    init(part: [UInt8]) { bytes += KernelLog.field(part) }

    /// A refusal.
    init(code: Int32, message: String? = nil) {
        bytes = [1] + networkBytes(code) + (message.map { Array($0.utf8) } ?? [])
    }

    /// Appends a netlink message: its type in network order, and its payload.
    mutating func append(type: UInt16, _ payload: Span<UInt8>) {
        bytes += networkBytes(UInt32(payload.count + 2)).reversed()
        bytes += networkBytes(type)
        for index in payload.indices { bytes.append(payload[index]) }
    }

    /// What the bytes of an answer say.
    enum Content {
        /// The answer's parts begin at this offset.
        case parts(Int)
        /// The kernel refused.
        case refusal(code: Int32, message: String?)
    }

    /// Reads the beginning of an answer.
    static func content(_ answer: Span<UInt8>) throws(DecodingError) -> Content {
        switch try answer.network(UInt8.self) {
        case 0: return .parts(1)
        case 1:
            let code = Int32(bitPattern: try answer.network(UInt32.self, at: 1))
            // No errno is larger (MAX_ERRNO in linux/err.h).
            guard (1...4095).contains(code) else { throw DecodingError(what: "an errno", offset: 1) }
            let words = answer.extracting(try answer.rest(after: 5)).array
            return .refusal(code: code, message: words.isEmpty ? nil : String(decoding: words, as: UTF8.self))
        default: throw DecodingError(what: "an answer of a known kind", offset: 0)
        }
    }
}
