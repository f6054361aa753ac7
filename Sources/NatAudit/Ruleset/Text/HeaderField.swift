internal import NetlinkBridge

/// A field of a packet's header that nft has a name for; offset and length in bits.
struct HeaderField {
    let name: String
    let offset: Int
    let length: Int
    let kind: ValueKind

    init(_ name: String, _ offset: Int, _ length: Int, _ kind: ValueKind = .number) {
        self.name = name
        self.offset = offset
        self.length = length
        self.kind = kind
    }

    /// The fields of the network header (RFC 791 section 3.1, RFC 8200 section 3).
    static func network(_ family: AddressFamily) -> [HeaderField] { family == .ip ? ip : ip6 }

    /// The fields of the transport header of a protocol; ports alone where it is not known.
    static func transport(_ number: UInt8?) -> [HeaderField] {
        number.flatMap { transports[$0] } ?? ports("th")
    }

    /// Tells whether nft names a protocol before its fields, so that no test of the protocol has to be written.
    static func names(_ transport: UInt8) -> Bool { transports[transport] != nil }

    private static let ip = [
        HeaderField("ip version", 0, 4), HeaderField("ip hdrlength", 4, 4),
        HeaderField("ip dscp", 8, 6, .trafficClass),
        HeaderField("ip length", 16, 16), HeaderField("ip id", 32, 16), HeaderField("ip frag-off", 48, 16),
        HeaderField("ip ttl", 64, 8), HeaderField("ip protocol", 72, 8, .transport),
        HeaderField("ip checksum", 80, 16), HeaderField("ip saddr", 96, 32, .address(.ip)),
        HeaderField("ip daddr", 128, 32, .address(.ip)),
    ]
    private static let ip6 = [
        HeaderField("ip6 version", 0, 4), HeaderField("ip6 dscp", 4, 6, .trafficClass),
        HeaderField("ip6 flowlabel", 12, 20), HeaderField("ip6 length", 32, 16),
        HeaderField("ip6 nexthdr", 48, 8, .transport), HeaderField("ip6 hoplimit", 56, 8),
        HeaderField("ip6 saddr", 64, 128, .address(.ip6)), HeaderField("ip6 daddr", 192, 128, .address(.ip6)),
    ]

    private static func ports(_ word: String) -> [HeaderField] {
        [HeaderField("\(word) sport", 0, 16), HeaderField("\(word) dport", 16, 16)]
    }

    private static let transports: [UInt8: [HeaderField]] = [
        1: [HeaderField("icmp type", 0, 8, .icmpType), HeaderField("icmp code", 8, 8)],
        6: ports("tcp") + [
            HeaderField("tcp sequence", 32, 32), HeaderField("tcp ackseq", 64, 32),
            HeaderField("tcp flags", 104, 8, .tcpFlags), HeaderField("tcp window", 112, 16),
        ],
        17: ports("udp") + [HeaderField("udp length", 32, 16), HeaderField("udp checksum", 48, 16)],
        33: ports("dccp"),
        58: [HeaderField("icmpv6 type", 0, 8, .icmp6Type), HeaderField("icmpv6 code", 8, 8)],
        132: ports("sctp"),
        136: ports("udplite"),
    ]
}
