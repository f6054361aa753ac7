/// One instruction of an nf_tables rule.
///
/// Register data is kept as bytes, in the order in which the kernel compares them. What is not known here is kept with
/// its name, and never dropped.
public enum NftExpression: Hashable, Sendable {
    /// Loads bytes of the packet into a register.
    case payload(NftPayload)
    /// Loads what the kernel knows about the packet (`meta`).
    case meta(NftMetaKey, into: NftRegister)
    /// Sets what the kernel knows about the packet from a register.
    case metaSet(NftMetaKey, from: NftRegister)
    /// Loads a property of the packet's connection (`ct`); direction 0 original, 1 reply, nil none.
    case conntrack(NftConntrackKey, direction: UInt8?, into: NftRegister)
    /// Sets a property of the packet's connection.
    case conntrackSet(NftConntrackKey, from: NftRegister)
    /// Ends the rule unless the register compares with the data as the operator asks (memcmp).
    case compare(NftRegister, NftComparison, [UInt8])
    /// Ends the rule unless the register lies in the range, or, where inverted, outside.
    case range(NftRegister, from: [UInt8], to: [UInt8], inverted: Bool)
    /// `(source & mask) ^ xor`, the only bitwise operation that nft 1.0 and iptables-nft write for matches.
    case bitwise(from: NftRegister, into: NftRegister, mask: [UInt8], xor: [UInt8])
    /// Swaps each unit of `size` bytes between host and network order.
    case byteOrder(from: NftRegister, into: NftRegister, size: UInt32, length: UInt32)
    /// Puts data into a register.
    case immediate([UInt8], into: NftRegister)
    /// Ends the rule, or the chain, with a verdict.
    case verdict(NftVerdict)
    /// Looks the register up in a set or map.
    case lookup(NftRegister, set: KernelName, into: NftRegister?, inverted: Bool)
    /// `snat` and `dnat`.
    case nat(NftNAT)
    /// `masquerade`.
    case masquerade(NftPortTranslation)
    /// `redirect`.
    case redirect(NftPortTranslation)
    /// A question to the routing table; result NFT_FIB_RESULT_*, flags NFTA_FIB_F_*.
    case fib(result: UInt32, flags: UInt32, into: NftRegister)
    /// A property of the local socket that the packet belongs to; the key is NFT_SOCKET_*.
    case socket(key: UInt32, into: NftRegister)
    /// Counts packets and bytes.
    case counter(packets: UInt64, bytes: UInt64)
    /// An xtables match that iptables-nft put in.
    case match(XtExtension)
    /// An xtables target that iptables-nft put in.
    case target(XtExtension)
    /// Anything else: the name, and the attributes as they came.
    case other(name: KernelName, attributes: [UInt8])
}

/// A place in the register file, counted in words of four bytes; the verdict register is word 0.
///
/// NFT_REG_1 to NFT_REG_4 are words 4, 8, 12 and 16; NFT_REG32_00 to NFT_REG32_15 words 4 to 19: the same place under two names.
public struct NftRegister: Hashable, Sendable {
    /// The index of the first word.
    public let word: Int

    /// The place that a word index names.
    public init(word: Int) { self.word = word }

    /// The place that the kernel's number (NFTA_*_DREG, NFTA_*_SREG) names; nil where there is no such register.
    public init?(number: UInt32) {
        switch number {
        case 0: word = 0
        case 1...4: word = Int(number) * 4
        case 8...23: word = Int(number) - 4
        default: return nil
        }
    }

    /// Where verdicts go.
    public static let verdict = NftRegister(word: 0)
}

/// How a register is compared (enum nft_cmp_ops).
public enum NftComparison: UInt32, Hashable, Sendable {
    case equal = 0
    case notEqual = 1
    case less = 2
    case lessOrEqual = 3
    case greater = 4
    case greaterOrEqual = 5
}

/// What becomes of the packet, or where the walk goes on (enum nft_verdicts and enum nf_inet verdicts).
public enum NftVerdict: Hashable, Sendable {
    case accept
    case drop
    case `continue`
    case `break`
    case `return`
    case jump(KernelName)
    case goto(KernelName)
    /// A verdict that is not known here (queue, stolen), with its number.
    case other(Int32)
}

/// The bytes of a packet that are loaded: base 0 link layer, 1 network, 2 transport header, 3 inner.
public struct NftPayload: Hashable, Sendable {
    /// Which header the offset counts from (NFT_PAYLOAD_*).
    public let base: UInt32
    /// The offset in bytes.
    public let offset: UInt32
    /// How many bytes.
    public let length: UInt32
    /// Where they go.
    public let into: NftRegister

    /// Makes a load from its parts.
    public init(base: UInt32, offset: UInt32, length: UInt32, into: NftRegister) {
        self.base = base
        self.offset = offset
        self.length = length
        self.into = into
    }
}

/// `snat` or `dnat` (NFTA_NAT_*).
public struct NftNAT: Hashable, Sendable {
    /// Tells `dnat` from `snat`.
    public let isDestination: Bool
    /// The family of the addresses.
    public let family: NftFamily
    /// The register with the first address; nil where only ports are translated.
    public let addressMin: NftRegister?
    /// The register with the last address; nil where it is the first.
    public let addressMax: NftRegister?
    /// The register with the first port, in network order; nil where no port is given.
    public let portMin: NftRegister?
    /// The register with the last port; nil where it is the first.
    public let portMax: NftRegister?
    /// How the port is chosen, and what is given.
    public let flags: NATFlags

    /// Makes a translation from its parts.
    public init(
        isDestination: Bool, family: NftFamily, addressMin: NftRegister?, addressMax: NftRegister?,
        portMin: NftRegister?, portMax: NftRegister?, flags: NATFlags
    ) {
        self.isDestination = isDestination
        self.family = family
        self.addressMin = addressMin
        self.addressMax = addressMax
        self.portMin = portMin
        self.portMax = portMax
        self.flags = flags
    }
}

/// `masquerade` or `redirect` (NFTA_MASQ_*, NFTA_REDIR_*).
public struct NftPortTranslation: Hashable, Sendable {
    /// The register with the first port, in network order; nil where no port is given.
    public let portMin: NftRegister?
    /// The register with the last port; nil where it is the first.
    public let portMax: NftRegister?
    /// How the port is chosen, and what is given.
    public let flags: NATFlags

    /// Makes a translation from its parts.
    public init(portMin: NftRegister?, portMax: NftRegister?, flags: NATFlags) {
        self.portMin = portMin
        self.portMax = portMax
        self.flags = flags
    }
}
