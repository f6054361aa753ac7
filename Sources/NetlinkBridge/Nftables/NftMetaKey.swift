internal import CShims

/// What `meta` loads or sets (enum nft_meta_keys).
public struct NftMetaKey: Hashable, Sendable, RawRepresentable {
    /// The kernel's number.
    public let rawValue: UInt32

    /// The key of that number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The EtherType of the packet, two bytes in network order.
    public static let etherType = NftMetaKey(rawValue: UInt32(NFT_META_PROTOCOL.rawValue))
    /// The packet's mark, four bytes in host order.
    public static let mark = NftMetaKey(rawValue: UInt32(NFT_META_MARK.rawValue))
    /// The index of the interface it came in by; 0 where there is none.
    public static let inInterface = NftMetaKey(rawValue: UInt32(NFT_META_IIF.rawValue))
    /// The index of the interface it goes out by; 0 where there is none.
    public static let outInterface = NftMetaKey(rawValue: UInt32(NFT_META_OIF.rawValue))
    /// The name of the interface it came in by, 16 bytes padded with NUL.
    public static let inInterfaceName = NftMetaKey(rawValue: UInt32(NFT_META_IIFNAME.rawValue))
    /// The name of the interface it goes out by, 16 bytes padded with NUL.
    public static let outInterfaceName = NftMetaKey(rawValue: UInt32(NFT_META_OIFNAME.rawValue))
    /// The netfilter family, one byte.
    public static let family = NftMetaKey(rawValue: UInt32(NFT_META_NFPROTO.rawValue))
    /// The transport protocol, one byte.
    public static let transport = NftMetaKey(rawValue: UInt32(NFT_META_L4PROTO.rawValue))

    /// How the link layer addressed the packet, one byte (PACKET_* of linux/if_packet.h).
    public static let packetType = NftMetaKey(rawValue: UInt32(NFT_META_PKTTYPE.rawValue))

    /// Whether the kernel tells which rules the packet meets, one byte; can only be set.
    public static let trace = NftMetaKey(rawValue: UInt32(NFT_META_NFTRACE.rawValue))

    /// nft's word for the key, or its number.
    public var name: String { Self.names[rawValue] ?? "key \(rawValue)" }

    /// How many bytes the key fills in a register.
    public var byteCount: Int {
        switch name {
        case "iifname", "oifname", "iifkind", "oifkind": 16
        case "time": 8
        case "protocol", "iiftype", "oiftype": 2
        case "l4proto", "nfproto", "pkttype", "day", "ipsec": 1
        default: 4
        }
    }

    private static let names: [UInt32: String] = Dictionary(
        uniqueKeysWithValues: [
            (NFT_META_LEN, "length"), (NFT_META_PROTOCOL, "protocol"), (NFT_META_PRIORITY, "priority"),
            (NFT_META_MARK, "mark"), (NFT_META_IIF, "iif"), (NFT_META_OIF, "oif"),
            (NFT_META_IIFNAME, "iifname"), (NFT_META_OIFNAME, "oifname"), (NFT_META_OIFTYPE, "oiftype"),
            (NFT_META_SKUID, "skuid"), (NFT_META_SKGID, "skgid"),
            (NFT_META_NFTRACE, "nftrace"), (NFT_META_RTCLASSID, "rtclassid"), (NFT_META_SECMARK, "secmark"),
            (NFT_META_NFPROTO, "nfproto"), (NFT_META_L4PROTO, "l4proto"), (NFT_META_PKTTYPE, "pkttype"),
            (NFT_META_CPU, "cpu"), (NFT_META_IIFGROUP, "iifgroup"), (NFT_META_OIFGROUP, "oifgroup"),
            (NFT_META_CGROUP, "cgroup"), (NFT_META_PRANDOM, "random"), (NFT_META_SECPATH, "ipsec"),
            (NFT_META_IIFKIND, "iifkind"), (NFT_META_OIFKIND, "oifkind"), (NFT_META_TIME_NS, "time"),
            (NFT_META_TIME_DAY, "day"), (NFT_META_TIME_HOUR, "hour"),
        ].map { (UInt32($0.0.rawValue), $0.1) }
            // NFT_META_IIFTYPE goes by another name in other headers.
            + [(UInt32(NFT_META_OIFTYPE.rawValue) - 1, "iiftype")]
    )
}
