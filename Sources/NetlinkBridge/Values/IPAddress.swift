/// An IPv4 or IPv6 address as a number whose most significant byte comes first on the wire.
public enum IPAddress: Hashable, Sendable {
    case v4(UInt32)
    /// The first and the last eight bytes. (Not one UInt128: an enum with such a payload makes the debug builds of
    /// Swift 6.3 load it with an alignment that the stack does not have.)
    case v6(high: UInt64, low: UInt64)

    /// The address that 4 or 16 bytes in network order stand for; nil for any other count.
    public init?(networkBytes bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4: self = .v4(bytes.reduce(0) { $0 << 8 | UInt32($1) })
        case 16:
            self = .v6(
                high: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
                low: bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
            )
        default: return nil
        }
    }

    /// The address in network order: 4 or 16 bytes.
    public var networkBytes: [UInt8] {
        switch self {
        case .v4(let value): (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
        case .v6(let high, let low):
            [high, low].flatMap { half in
                (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * $0)) }
            }
        }
    }

    /// The family that the address belongs to.
    public var family: AddressFamily {
        switch self {
        case .v4: .ip
        case .v6: .ip6
        }
    }

    /// The number of bits in an address of this family: 32 or 128.
    public var bitWidth: Int { family.bitWidth }

    /// Tells whether the address is 127.0.0.0/8 or ::1.
    public var isLoopback: Bool {
        switch self {
        case .v4(let value): value >> 24 == 127
        case .v6(let high, let low): high == 0 && low == 1
        }
    }

    /// Tells whether the address is 0.0.0.0 or ::.
    public var isUnspecified: Bool { self == .v4(0) || self == .v6(high: 0, low: 0) }

    /// Tells whether the address is 224.0.0.0/4, 255.255.255.255 or ff00::/8: many hosts, and not one.
    public var isMulticast: Bool {
        switch self {
        case .v4(let value): value >> 28 == 14 || value == .max
        case .v6(let high, _): high >> 56 == 0xFF
        }
    }

    /// Tells whether the address is valid on its link only (169.254.0.0/16, fe80::/10).
    public var isLinkLocal: Bool {
        switch self {
        case .v4(let value): value >> 16 == 0xA9FE
        case .v6(let high, _): high >> 54 == 0x3FA
        }
    }
}

/// A network protocol family, named as nftables names it.
public enum AddressFamily: String, Hashable, Sendable, CaseIterable {
    case ip
    case ip6

    /// The number of bits in an address: 32 or 128.
    public var bitWidth: Int { self == .ip ? 32 : 128 }
}

extension IPAddress: Comparable {
    /// Orders IPv4 before IPv6, and by value within a family.
    public static func < (left: IPAddress, right: IPAddress) -> Bool {
        switch (left, right) {
        case (.v4(let left), .v4(let right)): left < right
        case (.v6(let leftHigh, let leftLow), .v6(let rightHigh, let rightLow)):
            (leftHigh, leftLow) < (rightHigh, rightLow)
        case (.v4, .v6): true
        case (.v6, .v4): false
        }
    }
}
