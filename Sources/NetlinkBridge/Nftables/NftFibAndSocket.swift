internal import CShims

/// The numbers of the `fib` expression that are known above.
public enum NftFib {
    /// NFT_FIB_RESULT_ADDRTYPE: the kind of an address.
    public static let typeResult = UInt32(NFT_FIB_RESULT_ADDRTYPE.rawValue)
    /// NFTA_FIB_F_SADDR alone.
    public static let source = UInt32(NFTA_FIB_F_SADDR.rawValue)
    /// NFTA_FIB_F_DADDR alone.
    public static let destination = UInt32(NFTA_FIB_F_DADDR.rawValue)
    /// NFTA_FIB_F_IIF: only the interface that the packet came in by counts.
    public static let inInterface = UInt32(NFTA_FIB_F_IIF.rawValue)
    /// NFTA_FIB_F_OIF: only the interface that it goes out by counts.
    public static let outInterface = UInt32(NFTA_FIB_F_OIF.rawValue)
    /// NFTA_FIB_F_PRESENT: only whether there is a result.
    public static let presence = UInt32(NFTA_FIB_F_PRESENT.rawValue)
    /// nft's words for what is looked up, in the order in which it prints them.
    public static let keys: [(flag: UInt32, word: String)] = [
        (source, "saddr"), (destination, "daddr"), (UInt32(NFTA_FIB_F_MARK.rawValue), "mark"),
        (UInt32(NFTA_FIB_F_IIF.rawValue), "iif"), (UInt32(NFTA_FIB_F_OIF.rawValue), "oif"),
    ]
    /// nft's words for what is asked.
    public static let results: [UInt32: String] = [
        UInt32(NFT_FIB_RESULT_OIF.rawValue): "oif", UInt32(NFT_FIB_RESULT_OIFNAME.rawValue): "oifname",
        typeResult: "type",
    ]
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
