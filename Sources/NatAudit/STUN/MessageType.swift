/// The 14 bits at the start of a STUN message: a method and a class, interleaved (RFC 8489 section 5).
public struct STUNMessageType: Hashable, Sendable {
    /// The role that a message plays in a transaction.
    public enum Class: UInt8, Hashable, Sendable, CaseIterable {
        case request = 0b00
        case indication = 0b01
        case success = 0b10
        case error = 0b11
    }

    /// What a message asks for: a number of 12 bits.
    public struct Method: RawRepresentable, Hashable, Sendable {
        /// The number, 0 to 0xFFF.
        public let rawValue: UInt16

        /// Keeps the lower 12 bits of a number.
        public init(rawValue: UInt16) { self.rawValue = rawValue & 0xFFF }

        /// Asks at which address and port the server sees the sender.
        public static let binding = Method(rawValue: 1)
    }

    /// The method.
    public let method: Method
    /// The class.
    public let messageClass: Class

    /// Makes a type from its two parts.
    public init(_ method: Method, _ messageClass: Class) {
        self.method = method
        self.messageClass = messageClass
    }

    /// The type that the first two bytes of a message stand for; nil where the two topmost bits are not zero.
    public init?(wireValue: UInt16) {
        guard wireValue & 0xC000 == 0 else { return nil }
        // RFC 8489 figure 3: M11...M7 C1 M6 M5 M4 C0 M3...M0, from bit 13 down to bit 0.
        let classBits = UInt8(wireValue >> 7 & 0b10 | wireValue >> 4 & 0b01)
        guard let messageClass = Class(rawValue: classBits) else { return nil }
        self.messageClass = messageClass
        method = Method(rawValue: wireValue >> 2 & 0xF80 | wireValue >> 1 & 0x70 | wireValue & 0xF)
    }

    /// The type as it stands on the wire.
    public var wireValue: UInt16 {
        let number = method.rawValue
        let classBits = UInt16(messageClass.rawValue)
        return (number & 0xF80) << 2 | (number & 0x70) << 1 | number & 0xF
            | (classBits & 0b10) << 7 | (classBits & 0b01) << 4
    }
}
