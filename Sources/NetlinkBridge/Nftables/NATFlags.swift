internal import CShims

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
