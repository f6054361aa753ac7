internal import CShims

/// What `ct` loads or sets (enum nft_ct_keys).
public struct NftConntrackKey: Hashable, Sendable, RawRepresentable {
    /// The kernel's number.
    public let rawValue: UInt32

    /// The key of that number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The state of the connection as a bit, four bytes in host order.
    public static let state = NftConntrackKey(rawValue: UInt32(NFT_CT_STATE.rawValue))
    /// Which way the packet goes, one byte: 0 original, 1 reply.
    public static let direction = NftConntrackKey(rawValue: UInt32(NFT_CT_DIRECTION.rawValue))
    /// The connection's mark, four bytes in host order.
    public static let mark = NftConntrackKey(rawValue: UInt32(NFT_CT_MARK.rawValue))

    /// What became of the connection as bits, four bytes in host order (`ConntrackEntry.Status`).
    public static let status = NftConntrackKey(rawValue: UInt32(NFT_CT_STATUS.rawValue))
    /// The destination port of a direction, two bytes in network order.
    public static let portDestination = NftConntrackKey(rawValue: UInt32(NFT_CT_PROTO_DST.rawValue))

    /// The destination address of a direction, IPv4, in network order.
    public static let destinationIPv4 = NftConntrackKey(rawValue: UInt32(NFT_CT_DST_IP.rawValue))
    /// The destination address of a direction, IPv6, in network order.
    public static let destinationIPv6 = NftConntrackKey(rawValue: UInt32(NFT_CT_DST_IP6.rawValue))

    /// nft's word for the key, or its number.
    public var name: String { Self.names[rawValue] ?? "key \(rawValue)" }

    private static let names: [UInt32: String] = Dictionary(
        uniqueKeysWithValues: [
            (NFT_CT_STATE, "state"), (NFT_CT_DIRECTION, "direction"), (NFT_CT_STATUS, "status"),
            (NFT_CT_MARK, "mark"), (NFT_CT_SECMARK, "secmark"), (NFT_CT_EXPIRATION, "expiration"),
            (NFT_CT_HELPER, "helper"), (NFT_CT_L3PROTOCOL, "l3proto"), (NFT_CT_SRC, "saddr"),
            (NFT_CT_DST, "daddr"), (NFT_CT_PROTOCOL, "protocol"), (NFT_CT_PROTO_SRC, "proto-src"),
            (NFT_CT_PROTO_DST, "proto-dst"), (NFT_CT_LABELS, "label"), (NFT_CT_PKTS, "packets"),
            (NFT_CT_BYTES, "bytes"), (NFT_CT_AVGPKT, "avgpkt"), (NFT_CT_ZONE, "zone"),
            (NFT_CT_EVENTMASK, "event"), (NFT_CT_SRC_IP, "ip saddr"), (NFT_CT_DST_IP, "ip daddr"),
            (NFT_CT_SRC_IP6, "ip6 saddr"), (NFT_CT_DST_IP6, "ip6 daddr"), (NFT_CT_ID, "id"),
        ].map { (UInt32($0.0.rawValue), $0.1) }
    )

    /// How many bytes the key fills in a register; addresses without a family count as the longer ones.
    public var byteCount: Int {
        switch rawValue {
        case UInt32(NFT_CT_DIRECTION.rawValue), UInt32(NFT_CT_L3PROTOCOL.rawValue),
            UInt32(NFT_CT_PROTOCOL.rawValue):
            1
        case UInt32(NFT_CT_PROTO_SRC.rawValue), UInt32(NFT_CT_PROTO_DST.rawValue),
            UInt32(NFT_CT_ZONE.rawValue):
            2
        case UInt32(NFT_CT_PKTS.rawValue), UInt32(NFT_CT_BYTES.rawValue), UInt32(NFT_CT_AVGPKT.rawValue): 8
        case UInt32(NFT_CT_SRC.rawValue), UInt32(NFT_CT_DST.rawValue), UInt32(NFT_CT_SRC_IP6.rawValue),
            UInt32(NFT_CT_DST_IP6.rawValue), UInt32(NFT_CT_HELPER.rawValue), UInt32(NFT_CT_LABELS.rawValue):
            16
        default: 4
        }
    }
}
