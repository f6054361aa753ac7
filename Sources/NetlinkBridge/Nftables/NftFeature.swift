internal import CShims

/// Something that few packets have, and that a rule loads into a register.
public enum NftFeature: Hashable, Sendable {
    /// An option or extension of a header (`exthdr`).
    case headerOption(HeaderOption)
    /// A property of the packet's route (`rt`); the key is NFT_RT_*.
    case route(key: UInt32)
    /// A property of an IPsec transformation (`ipsec`); the key is NFT_XFRM_KEY_*.
    case transformation(key: UInt32, isOutward: Bool)
    /// A property of the tunnel that the packet came through (`tunnel`); the key is NFT_TUNNEL_*.
    case tunnel(key: UInt32)
    /// What a TCP SYN tells of its sender's system (`osf`).
    case fingerprint

    /// An option or extension of a header (NFTA_EXTHDR_*).
    public struct HeaderOption: Hashable, Sendable {
        /// Whose options: NFT_EXTHDR_OP_*, 0 IPv6, 1 TCP, 2 IPv4, 3 SCTP, 4 DCCP.
        public let header: UInt32
        /// The number of the option or of the extension header.
        public let type: UInt8
        /// Where in the option the bytes begin.
        public let offset: UInt32
        /// How many bytes.
        public let length: UInt32
        /// Only whether there is such an option: one byte, 0 or 1.
        public let asksForPresence: Bool
    }

    /// NFT_RT_NEXTHOP4.
    public static let nextHop4 = UInt32(NFT_RT_NEXTHOP4.rawValue)
    /// NFT_RT_NEXTHOP6.
    public static let nextHop6 = UInt32(NFT_RT_NEXTHOP6.rawValue)
    /// NFT_RT_TCPMSS.
    public static let segmentSize = UInt32(NFT_RT_TCPMSS.rawValue)
    /// NFT_RT_XFRM.
    public static let routeTransforms = UInt32(NFT_RT_XFRM.rawValue)
    /// NFT_TUNNEL_PATH: whether the packet came through a tunnel.
    public static let tunnelPath: UInt32 = 0

    /// How many bytes the value has in a register.
    public var byteCount: Int {
        switch self {
        case .headerOption(let option): option.asksForPresence ? 1 : Int(min(option.length, 64))
        case .route(let key): key == Self.nextHop6 ? 16 : key == Self.segmentSize ? 2 : 4
        case .transformation(let key, _): key == 2 || key == 4 ? 16 : 4
        case .tunnel(let key): key == Self.tunnelPath ? 1 : 4
        case .fingerprint: 16
        }
    }

    /// nft's words, as far as they need no names of options.
    public var words: String {
        switch self {
        case .headerOption(let option): return option.words
        case .route(let key):
            let keys = ["classid", "ip nexthop", "ip6 nexthop", "mtu", "ipsec"]
            return "rt \(Int(key) < keys.count ? keys[Int(key)] : "key \(key)")"
        case .transformation(let key, let isOutward):
            let keys = ["", "ip daddr", "ip6 daddr", "ip saddr", "ip6 saddr", "reqid", "spi"]
            return "ipsec \(isOutward ? "out" : "in") \(Int(key) < keys.count ? keys[Int(key)] : "key \(key)")"
        case .tunnel(let key): return "tunnel \(key == Self.tunnelPath ? "path" : "id")"
        case .fingerprint: return "osf name"
        }
    }
}

extension AttributeFields {
    var headerOption: NftExpression? {
        guard let into = register(NFTA_EXTHDR_DREG.rawValue), let type: UInt8 = number(NFTA_EXTHDR_TYPE.rawValue)
        else { return nil }
        let flags: UInt32 = number(NFTA_EXTHDR_FLAGS.rawValue) ?? 0
        let option = NftFeature.HeaderOption(
            header: number(NFTA_EXTHDR_OP.rawValue) ?? 0,
            type: type,
            offset: number(NFTA_EXTHDR_OFFSET.rawValue) ?? 0,
            length: number(NFTA_EXTHDR_LEN.rawValue) ?? 0,
            asksForPresence: flags & UInt32(NFT_EXTHDR_F_PRESENT.rawValue) != 0
        )
        return .feature(.headerOption(option), into: into)
    }

    var routeProperty: NftExpression? {
        guard let key: UInt32 = number(NFTA_RT_KEY.rawValue), let into = register(NFTA_RT_DREG.rawValue)
        else { return nil }
        return .feature(.route(key: key), into: into)
    }

    var transformation: NftExpression? {
        guard let key: UInt32 = number(NFTA_XFRM_KEY.rawValue), let into = register(NFTA_XFRM_DREG.rawValue),
            let direction: UInt8 = number(NFTA_XFRM_DIR.rawValue)
        else { return nil }
        // XFRM_POLICY_OUT is 1.
        return .feature(.transformation(key: key, isOutward: direction == 1), into: into)
    }

    var tunnel: NftExpression? {
        guard let key: UInt32 = number(NFTA_TUNNEL_KEY.rawValue), let into = register(NFTA_TUNNEL_DREG.rawValue)
        else { return nil }
        return .feature(.tunnel(key: key), into: into)
    }

    var fingerprint: NftExpression? {
        register(NFTA_OSF_DREG.rawValue).map { .feature(.fingerprint, into: $0) }
    }
}
