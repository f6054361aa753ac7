/// One attribute of a STUN message as it stands on the wire, known or not.
///
/// What an attribute means is read by the typed properties of `STUNMessage`; an attribute that nobody knows is kept.
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
    public static let mappedAddress = Self(rawValue: 0x0001)
    public static let responseAddress = Self(rawValue: 0x0002)
    public static let changeRequest = Self(rawValue: 0x0003)
    public static let sourceAddress = Self(rawValue: 0x0004)
    public static let changedAddress = Self(rawValue: 0x0005)
    public static let username = Self(rawValue: 0x0006)
    public static let messageIntegrity = Self(rawValue: 0x0008)
    public static let errorCode = Self(rawValue: 0x0009)
    public static let unknownAttributes = Self(rawValue: 0x000A)
    public static let reflectedFrom = Self(rawValue: 0x000B)
    public static let realm = Self(rawValue: 0x0014)
    public static let nonce = Self(rawValue: 0x0015)
    public static let messageIntegritySHA256 = Self(rawValue: 0x001C)
    public static let passwordAlgorithm = Self(rawValue: 0x001D)
    public static let userhash = Self(rawValue: 0x001E)
    public static let xorMappedAddress = Self(rawValue: 0x0020)
    public static let padding = Self(rawValue: 0x0026)
    public static let responsePort = Self(rawValue: 0x0027)
    /// XOR-MAPPED-ADDRESS under the number of an early draft, which servers still send beside the right one.
    public static let draftXorMappedAddress = Self(rawValue: 0x8020)
    public static let software = Self(rawValue: 0x8022)
    public static let alternateServer = Self(rawValue: 0x8023)
    public static let fingerprint = Self(rawValue: 0x8028)
    public static let responseOrigin = Self(rawValue: 0x802B)
    public static let otherAddress = Self(rawValue: 0x802C)

    /// The attributes of RFC 8489 below 0x8000: whoever speaks that document comprehends them, used or not.
    static let requiredByRFC8489: Set<Self> = [
        .mappedAddress, .username, .messageIntegrity, .errorCode, .unknownAttributes, .realm, .nonce,
        .messageIntegritySHA256, .passwordAlgorithm, .userhash, .xorMappedAddress,
    ]
}
