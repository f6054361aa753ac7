/// Says what stands in the place of what a log tells of its host.
///
/// A log is rewritten in place, so that what stands for something has as many bytes.
public protocol LogRewriting {
    /// Another address of the same family.
    mutating func address(_ address: IPAddress) -> IPAddress
    /// Another prefix of the same family and length.
    mutating func prefix(_ prefix: Prefix) -> Prefix
    /// Another range of addresses that is no prefix.
    mutating func range(_ first: IPAddress, _ last: IPAddress) -> (first: IPAddress, last: IPAddress)
    /// Another link layer address.
    mutating func hardware(_ bytes: [UInt8]) -> [UInt8]
    /// Another name of a chain, an interface or the like, in which addresses may stand; without a NUL.
    mutating func name(_ bytes: [UInt8]) -> [UInt8]
    /// Another text that somebody wrote freely, such as a comment; without a NUL.
    mutating func freeText(_ bytes: [UInt8]) -> [UInt8]
    /// The host's name.
    mutating func hostName(_ bytes: [UInt8]) -> [UInt8]
}

extension KernelLog {
    /// The same log with everything rewritten that tells of the host.
    ///
    /// What is known to be no address stays, addresses and names are rewritten, and everything else is blanked or left
    /// out: so also what today's decoders do not understand. Ways of single packets are left out as well: they follow from
    /// rules and routes.
    /// - Throws: `DecodingError` where a message is not in the form that it should have.
    public func rewritten(by rewriting: inout some LogRewriting) throws(DecodingError) -> KernelLog {
        var records: [UInt8] = []
        var rewriter = LogRewriter(rewriting)
        var offset = 0
        while offset < bytes.count {
            let question = try Self.field(in: bytes.span, at: offset)
            let answer = try Self.field(in: bytes.span, at: question.upperBound)
            if let record = try rewriter.record(Array(bytes[question]), Array(bytes[answer])) {
                records += Self.field(record.question) + Self.field(record.answer)
            }
            offset = answer.upperBound
        }
        rewriting = rewriter.rewriting
        return try KernelLog(decoding: records)
    }
}
