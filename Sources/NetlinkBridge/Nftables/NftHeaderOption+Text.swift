extension NftFeature.HeaderOption {
    /// nft's words: the name of the option, where it is one of the common ones, and the bytes that are asked for.
    var words: String {
        let name = Self.names[header]?[type] ?? "\(type)"
        let option = Int(header) < Self.headers.count ? "\(Self.headers[Int(header)]) \(name)" : "exthdr \(name)"
        if asksForPresence { return option }
        // The only field of an option that rules are known to ask.
        if header == 1, type == 2, offset == 2, length == 2 { return "\(option) size" }
        return "\(option) @\(UInt64(offset) * 8),\(UInt64(length) * 8)"
    }

    /// By NFT_EXTHDR_OP_*.
    private static let headers = ["exthdr", "tcp option", "ip option", "sctp chunk", "dccp option"]

    /// The numbers of IPv6's extension headers, TCP's and IPv4's options and SCTP's chunks, as IANA lists them.
    private static let names: [UInt32: [UInt8: String]] = [
        0: [0: "hbh", 43: "rt", 44: "frag", 60: "dst", 135: "mh"],
        1: [0: "eol", 1: "nop", 2: "maxseg", 3: "window", 4: "sack-perm", 5: "sack", 8: "timestamp"],
        2: [7: "rr", 131: "lsrr", 137: "ssrr", 148: "ra"],
        3: [0: "data", 1: "init", 2: "init-ack"],
    ]
}
