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

    /// A number that is drawn anew each time, four bytes.
    public static let random = NftMetaKey(rawValue: UInt32(NFT_META_PRANDOM.rawValue))

    /// How the link layer addressed the packet, one byte (PACKET_* of linux/if_packet.h).
    public static let packetType = NftMetaKey(rawValue: UInt32(NFT_META_PKTTYPE.rawValue))

    /// Whether the kernel tells which rules the packet meets, one byte; can only be set.
    public static let trace = NftMetaKey(rawValue: UInt32(NFT_META_NFTRACE.rawValue))

    /// nft's word for the key, or its number.
    public var name: String {
        switch key {
        case NFT_META_LEN: "length"
        case NFT_META_PROTOCOL: "protocol"
        case NFT_META_PRIORITY: "priority"
        case NFT_META_MARK: "mark"
        case NFT_META_IIF: "iif"
        case NFT_META_OIF: "oif"
        case NFT_META_IIFNAME: "iifname"
        case NFT_META_OIFNAME: "oifname"
        case Self.inInterfaceType: "iiftype"
        case NFT_META_OIFTYPE: "oiftype"
        case NFT_META_SKUID: "skuid"
        case NFT_META_SKGID: "skgid"
        case NFT_META_NFTRACE: "nftrace"
        case NFT_META_RTCLASSID: "rtclassid"
        case NFT_META_SECMARK: "secmark"
        case NFT_META_NFPROTO: "nfproto"
        case NFT_META_L4PROTO: "l4proto"
        case NFT_META_PKTTYPE: "pkttype"
        case NFT_META_CPU: "cpu"
        case NFT_META_IIFGROUP: "iifgroup"
        case NFT_META_OIFGROUP: "oifgroup"
        case NFT_META_CGROUP: "cgroup"
        case NFT_META_PRANDOM: "random"
        case NFT_META_SECPATH: "ipsec"
        case NFT_META_IIFKIND: "iifkind"
        case NFT_META_OIFKIND: "oifkind"
        case NFT_META_TIME_NS: "time"
        case NFT_META_TIME_DAY: "day"
        case NFT_META_TIME_HOUR: "hour"
        default: "key \(rawValue)"
        }
    }

    /// How many bytes the key fills in a register.
    public var byteCount: Int {
        switch key {
        case NFT_META_IIFNAME, NFT_META_OIFNAME, NFT_META_IIFKIND, NFT_META_OIFKIND: 16
        case NFT_META_TIME_NS: 8
        case NFT_META_PROTOCOL, Self.inInterfaceType, NFT_META_OIFTYPE: 2
        case NFT_META_L4PROTO, NFT_META_NFPROTO, NFT_META_PKTTYPE, NFT_META_TIME_DAY, NFT_META_SECPATH: 1
        default: 4
        }
    }

    private var key: nft_meta_keys { nft_meta_keys(rawValue: rawValue) }

    /// NFT_META_IIFTYPE, which goes by another name in other headers.
    private static let inInterfaceType = nft_meta_keys(rawValue: NFT_META_OIFTYPE.rawValue - 1)
}
