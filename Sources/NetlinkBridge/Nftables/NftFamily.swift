internal import CShims

/// The family of an nf_tables table, as the kernel has it (NFPROTO_* in linux/netfilter.h).
public struct NftFamily: Hashable, Sendable, RawRepresentable {
    /// The kernel's number.
    public let rawValue: UInt8

    /// The family of that number.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// NFPROTO_INET: IPv4 and IPv6.
    public static let inet = NftFamily(rawValue: UInt8(NFPROTO_INET))
    /// NFPROTO_IPV4.
    public static let ip = NftFamily(rawValue: UInt8(NFPROTO_IPV4))
    /// NFPROTO_IPV6.
    public static let ip6 = NftFamily(rawValue: UInt8(NFPROTO_IPV6))
    /// NFPROTO_ARP.
    public static let arp = NftFamily(rawValue: UInt8(NFPROTO_ARP))
    /// NFPROTO_BRIDGE.
    public static let bridge = NftFamily(rawValue: UInt8(NFPROTO_BRIDGE))
    /// NFPROTO_NETDEV.
    public static let netdev = NftFamily(rawValue: UInt8(NFPROTO_NETDEV))
    /// NFPROTO_UNSPEC: all families, in a request.
    static let any = NftFamily(rawValue: 0)

    /// Tells whether chains of this family see packets of an IP family.
    public func covers(_ family: AddressFamily) -> Bool {
        self == .inet || self == (family == .ip ? .ip : .ip6)
    }
}

extension NftFamily: CustomStringConvertible {
    /// nft's word for the family, or its number.
    public var description: String {
        switch self {
        case .inet: "inet"
        case .ip: "ip"
        case .ip6: "ip6"
        case .arp: "arp"
        case .bridge: "bridge"
        case .netdev: "netdev"
        default: "family \(rawValue)"
        }
    }
}

extension NftFamily {
    /// Reads the family from the `struct nfgenmsg` with which every nf_tables message begins, and returns the attributes' range.
    static func read(from payload: Span<UInt8>) throws(DecodingError) -> (NftFamily, Range<Int>) {
        let rest = try payload.rest(after: 4)
        return (NftFamily(rawValue: payload[0]), rest)
    }
}
