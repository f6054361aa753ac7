/// A STUN message (RFC 8489 section 5): type, transaction and attributes in their order.
public struct STUNMessage: Hashable, Sendable {
    /// Method and class.
    public var type: STUNMessageType
    /// The transaction that the message belongs to.
    public var transaction: TransactionID
    /// All attributes but FINGERPRINT, in their order; unknown ones are kept.
    public var attributes: [STUNAttribute]
    /// Tells whether FINGERPRINT ends the message: checked when decoded, computed when encoded.
    public var hasFingerprint: Bool
    /// What stands in the place of the magic cookie: anything else in a message of RFC 3489.
    public var cookie: UInt32

    /// Makes a message.
    public init(
        _ type: STUNMessageType,
        transaction: TransactionID,
        attributes: [STUNAttribute] = [],
        hasFingerprint: Bool = false,
        cookie: UInt32 = Self.magicCookie
    ) {
        self.type = type
        self.transaction = transaction
        self.attributes = attributes
        self.hasFingerprint = hasFingerprint
        self.cookie = cookie
    }

    /// The fixed value that tells STUN from what preceded it and from other protocols on the port.
    public static let magicCookie: UInt32 = 0x2112_A442

    /// The number of bytes before the attributes.
    public static let headerLength = 20

    /// The first attribute of that type; RFC 8489 section 14: further ones are ignored.
    public func first(_ kind: STUNAttribute.Kind) -> STUNAttribute? {
        attributes.first { $0.type == kind }
    }

    /// The attributes that must be comprehended and are not among `known`, each once, in their order.
    public func unknownRequired(knowing known: Set<STUNAttribute.Kind>) -> [STUNAttribute.Kind] {
        var seen: Set<STUNAttribute.Kind> = []
        return attributes.map(\.type).filter { kind in
            kind.isComprehensionRequired && !known.contains(kind) && seen.insert(kind).inserted
        }
    }
}
