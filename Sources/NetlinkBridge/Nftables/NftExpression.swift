/// One instruction of an nf_tables rule.
///
/// Register data is kept as bytes, in the order in which the kernel compares them. What is not known here is kept with
/// its name, and never dropped.
public enum NftExpression: Hashable, Sendable {
    /// Loads bytes of the packet into a register.
    case payload(NftPayload)
    /// Writes a register into the packet; `into` is the register that is read.
    case payloadSet(NftPayload)
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
    /// Moves the bits of the whole value; each word of four bytes is a number in host order, and bits go from one to the next.
    case shift(from: NftRegister, into: NftRegister, isLeft: Bool, bits: UInt32)
    /// Joins two values bit by bit.
    case combine(NftCombination, into: NftRegister)
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
    /// `numgen`: a number that the kernel counts or draws.
    case numberGenerator(NftNumberGenerator, into: NftRegister)
    /// `jhash`, or `symhash` where there is nothing to look at.
    case hash(NftHash, into: NftRegister)
    /// `limit`: ends the rule beyond a rate, or, where inverted, below it.
    case limit(NftLimit)
    /// `reject`: answers and drops; type NFT_REJECT_*, code ICMP's or NFT_REJECT_ICMPX_*.
    case reject(type: UInt32, code: UInt8)
    /// `log`.
    case log(NftLog)
    /// Hands the packet to an object of the table; type NFT_OBJECT_*.
    case object(type: UInt32, name: KernelName)
    /// Hands the packet to the object that a map holds for the register; ends the rule where it holds none.
    case objectMap(NftRegister, map: KernelName)
    /// Adds the register to a set, or takes it out.
    case setUpdate(NftSetUpdate)
    /// `quota`: ends the rule beyond a number of bytes, or, where inverted, below it.
    case quota(bytes: UInt64, inverted: Bool)
    /// `ct count`: ends the rule where a source has more flows, or, where inverted (`over`), where it has not.
    case connectionLimit(count: UInt32, inverted: Bool)
    /// Loads something that few packets have: an option of a header, a transformation, a tunnel.
    case feature(NftFeature, into: NftRegister)
    /// Counts packets and bytes.
    case counter(packets: UInt64, bytes: UInt64)
    /// An xtables match that iptables-nft put in.
    case match(XtExtension)
    /// An xtables target that iptables-nft put in.
    case target(XtExtension)
    /// Anything else: the name, and the attributes as they came.
    case other(name: KernelName, attributes: [UInt8])
}
