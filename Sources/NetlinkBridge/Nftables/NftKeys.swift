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

    /// nft's word for the key, or its number.
    public var name: String { Self.names[rawValue] ?? "key \(rawValue)" }

    private static let names: [UInt32: String] = Dictionary(
        uniqueKeysWithValues: [
            (NFT_META_LEN, "length"), (NFT_META_PROTOCOL, "protocol"), (NFT_META_PRIORITY, "priority"),
            (NFT_META_MARK, "mark"), (NFT_META_IIF, "iif"), (NFT_META_OIF, "oif"),
            (NFT_META_IIFNAME, "iifname"), (NFT_META_OIFNAME, "oifname"), (NFT_META_OIFTYPE, "oiftype"), (NFT_META_SKUID, "skuid"), (NFT_META_SKGID, "skgid"),
            (NFT_META_NFTRACE, "nftrace"), (NFT_META_RTCLASSID, "rtclassid"), (NFT_META_SECMARK, "secmark"),
            (NFT_META_NFPROTO, "nfproto"), (NFT_META_L4PROTO, "l4proto"), (NFT_META_PKTTYPE, "pkttype"),
            (NFT_META_CPU, "cpu"), (NFT_META_IIFGROUP, "iifgroup"), (NFT_META_OIFGROUP, "oifgroup"),
            (NFT_META_CGROUP, "cgroup"), (NFT_META_PRANDOM, "random"), (NFT_META_SECPATH, "ipsec"),
            (NFT_META_IIFKIND, "iifkind"), (NFT_META_OIFKIND, "oifkind"), (NFT_META_TIME_NS, "time"),
            (NFT_META_TIME_DAY, "day"), (NFT_META_TIME_HOUR, "hour"),
        ].map { (UInt32($0.0.rawValue), $0.1) }
            // NFT_META_IIFTYPE goes by another name in other headers.
            + [(UInt32(NFT_META_OIFTYPE.rawValue) - 1, "iiftype")])
}

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
        ].map { (UInt32($0.0.rawValue), $0.1) })
}

/// Where in the path of a packet chains are hooked in (enum nf_inet_hooks).
public enum NetfilterHook: UInt32, Hashable, Sendable, CaseIterable {
    case prerouting = 0
    case input = 1
    case forward = 2
    case output = 3
    case postrouting = 4
}

/// The bits of a NAT range that decide how a port is chosen (NF_NAT_RANGE_* in linux/netfilter/nf_nat.h).
public struct NATFlags: OptionSet, Hashable, Sendable {
    /// The kernel's bits.
    public let rawValue: UInt32

    /// The flags with those bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Addresses are given.
    public static let mapAddresses = NATFlags(rawValue: UInt32(NF_NAT_RANGE_MAP_IPS))
    /// Ports are given.
    public static let ports = NATFlags(rawValue: UInt32(NF_NAT_RANGE_PROTO_SPECIFIED))
    /// `random`: the port is drawn for every flow.
    public static let random = NATFlags(rawValue: UInt32(NF_NAT_RANGE_PROTO_RANDOM))
    /// `persistent`: a source keeps its address of a pool for all destinations.
    public static let persistent = NATFlags(rawValue: UInt32(NF_NAT_RANGE_PERSISTENT))
    /// `fully-random`: the port is drawn for every flow, from a better source.
    public static let fullyRandom = NATFlags(rawValue: UInt32(NF_NAT_RANGE_PROTO_RANDOM_FULLY))
    /// Ports keep their distance from a base.
    public static let portOffset = NATFlags(rawValue: UInt32(NF_NAT_RANGE_PROTO_OFFSET))
    /// The network part is exchanged, the rest of the address kept.
    public static let netmap = NATFlags(rawValue: UInt32(NF_NAT_RANGE_NETMAP))

    /// nftables' words for the flags that it has words for, in the order in which nft prints them.
    public var words: [String] {
        [(NATFlags.random, "random"), (.fullyRandom, "fully-random"), (.persistent, "persistent")]
            .filter { contains($0.0) }.map(\.1)
    }
}

/// The numbers of the `fib` expression that are known above.
public enum NftFib {
    /// NFT_FIB_RESULT_ADDRTYPE: the kind of an address.
    public static let typeResult = UInt32(NFT_FIB_RESULT_ADDRTYPE.rawValue)
    /// NFTA_FIB_F_SADDR alone.
    public static let source = UInt32(NFTA_FIB_F_SADDR.rawValue)
    /// NFTA_FIB_F_DADDR alone.
    public static let destination = UInt32(NFTA_FIB_F_DADDR.rawValue)
}

/// The keys of the `socket` expression (enum nft_socket_keys).
public enum NftSocketKey {
    /// NFT_SOCKET_WILDCARD: whether the socket is bound to all addresses, one byte.
    public static let wildcard = UInt32(NFT_SOCKET_WILDCARD.rawValue)
    /// nft's words for the keys.
    public static let words: [UInt32: String] = [
        UInt32(NFT_SOCKET_TRANSPARENT.rawValue): "transparent", UInt32(NFT_SOCKET_MARK.rawValue): "mark",
        UInt32(NFT_SOCKET_WILDCARD.rawValue): "wildcard", UInt32(NFT_SOCKET_CGROUPV2.rawValue): "cgroupv2",
    ]
}
