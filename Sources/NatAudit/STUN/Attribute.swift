/// One attribute of a STUN message as it stands on the wire, known or not.
///
/// What an attribute means is read by the typed properties of `STUNMessage`; an attribute that nobody knows
/// is kept.
public struct STUNAttribute: Hashable, Sendable {
    /// Which attribute it is.
    public let type: Kind
    /// Its value without padding: at most 65,535 bytes.
    public let value: [UInt8]

    /// Makes an attribute; a value beyond what the length field can say is cut there.
    public init(_ type: Kind, _ value: [UInt8]) {
        self.type = type
        self.value = value.count <= Int(UInt16.max) ? value : Array(value.prefix(Int(UInt16.max)))
    }

    /// The number that names an attribute.
    public struct Kind: RawRepresentable, Hashable, Sendable {
        /// The number on the wire.
        public let rawValue: UInt16

        /// Names an attribute by its number.
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// Tells whether who does not know the attribute must not act on the message (RFC 8489 section 14).
        public var isComprehensionRequired: Bool { rawValue < 0x8000 }
    }
}

// RFC 8489 section 18.3, RFC 5780 section 9.1, RFC 3489 section 11.2.
extension STUNAttribute.Kind {
    /// MAPPED-ADDRESS: where the server saw the sender, in the clear.
    public static let mappedAddress = Self(rawValue: 0x0001)
    /// RESPONSE-ADDRESS of RFC 3489, which nobody should obey.
    public static let responseAddress = Self(rawValue: 0x0002)
    /// CHANGE-REQUEST: answer from elsewhere.
    public static let changeRequest = Self(rawValue: 0x0003)
    /// SOURCE-ADDRESS of RFC 3489: where an answer was sent from.
    public static let sourceAddress = Self(rawValue: 0x0004)
    /// CHANGED-ADDRESS of RFC 3489: the server's other address and port.
    public static let changedAddress = Self(rawValue: 0x0005)
    /// USERNAME.
    public static let username = Self(rawValue: 0x0006)
    /// MESSAGE-INTEGRITY, with SHA-1.
    public static let messageIntegrity = Self(rawValue: 0x0008)
    /// ERROR-CODE.
    public static let errorCode = Self(rawValue: 0x0009)
    /// UNKNOWN-ATTRIBUTES.
    public static let unknownAttributes = Self(rawValue: 0x000A)
    /// REFLECTED-FROM of RFC 3489.
    public static let reflectedFrom = Self(rawValue: 0x000B)
    /// REALM.
    public static let realm = Self(rawValue: 0x0014)
    /// NONCE.
    public static let nonce = Self(rawValue: 0x0015)
    /// MESSAGE-INTEGRITY-SHA256.
    public static let messageIntegritySHA256 = Self(rawValue: 0x001C)
    /// PASSWORD-ALGORITHM.
    public static let passwordAlgorithm = Self(rawValue: 0x001D)
    /// USERHASH.
    public static let userhash = Self(rawValue: 0x001E)
    /// XOR-MAPPED-ADDRESS: where the server saw the sender.
    public static let xorMappedAddress = Self(rawValue: 0x0020)
    /// PADDING: makes a request as long as its answer.
    public static let padding = Self(rawValue: 0x0026)
    /// RESPONSE-PORT: answer to another port.
    public static let responsePort = Self(rawValue: 0x0027)
    /// XOR-MAPPED-ADDRESS under the number of an early draft, which servers still send beside the right one.
    public static let draftXorMappedAddress = Self(rawValue: 0x8020)
    /// SOFTWARE: what the sender calls itself.
    public static let software = Self(rawValue: 0x8022)
    /// ALTERNATE-SERVER: whom to ask instead.
    public static let alternateServer = Self(rawValue: 0x8023)
    /// FINGERPRINT: a checksum over the message.
    public static let fingerprint = Self(rawValue: 0x8028)
    /// RESPONSE-ORIGIN: where an answer was sent from.
    public static let responseOrigin = Self(rawValue: 0x802B)
    /// OTHER-ADDRESS: the server's other address and port.
    public static let otherAddress = Self(rawValue: 0x802C)

    /// The attributes of RFC 8489 below 0x8000: whoever speaks that document comprehends them, used or not.
    static let requiredByRFC8489: Set<Self> = [
        .mappedAddress, .username, .messageIntegrity, .errorCode, .unknownAttributes, .realm, .nonce,
        .messageIntegritySHA256, .passwordAlgorithm, .userhash, .xorMappedAddress,
    ]
}
