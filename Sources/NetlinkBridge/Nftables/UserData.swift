/// What nft keeps in the kernel beside a table, chain, rule or set: type, length, value triples (libnftnl/udata.h).
public struct UserData: Hashable, Sendable {
    /// The bytes as the kernel keeps them; it does not look into them.
    public let bytes: [UInt8]

    /// Wraps the bytes; empty where there are none.
    public init(bytes: [UInt8] = []) { self.bytes = bytes }

    /// The comment of a rule or a table (type 0 for both), not escaped; nil where there is none.
    public var comment: [UInt8]? { value(ofType: 0).map { Array($0.prefix { $0 != 0 }) } }

    /// The first value of a type; nil where there is none or the bytes are not such triples.
    public func value(ofType wanted: UInt8) -> [UInt8]? {
        var rest = bytes[...]
        while rest.count >= 2 {
            let type = rest[rest.startIndex]
            let length = Int(rest[rest.startIndex + 1])
            rest = rest.dropFirst(2)
            guard length <= rest.count else { return nil }
            if type == wanted { return Array(rest.prefix(length)) }
            rest = rest.dropFirst(length)
        }
        return nil
    }
}
