internal import CShims

/// What the kernel says of a traced packet at one point of a chain (NFTA_TRACE_* in linux/netfilter/nf_tables.h).
public struct NftTraceEvent: Hashable, Sendable {
    /// The kernel's number for the packet while it is in one hook after the other; the loopback interface changes it.
    public let packet: UInt32
    /// The chain's place: the family of its table.
    public let family: NftFamily
    /// The name of the chain's table.
    public let table: KernelName
    /// The chain's name.
    public let chain: KernelName
    /// What happened there.
    public let kind: Kind
    /// The headers, with the first event of a base chain; nil with all others.
    public let headers: PacketHeaders?
    /// The index of the interface that it came in by; nil where there is none.
    public let inInterface: UInt32?
    /// The index of the interface that it goes out by; nil where there is none.
    public let outInterface: UInt32?

    /// What happens to a packet in a chain.
    public enum Kind: Hashable, Sendable {
        /// All conditions of the rule of this handle held, and this is where it goes on.
        case rule(handle: UInt64, NftVerdict)
        /// The end of a chain that was called.
        case end
        /// The end of a base chain, and whether its policy drops.
        case policy(drops: Bool)
    }

    /// Decodes the payload of an NFT_MSG_TRACE message.
    ///
    /// - Throws: `DecodingError` where a length does not fit, or where packet, chain or kind are missing.
    init(decoding payload: Span<UInt8>) throws(DecodingError) {
        let (family, rest) = try NftFamily.read(from: payload)
        let fields = try AttributeFields(payload.extracting(rest))
        guard let packet: UInt32 = fields.number(NFTA_TRACE_ID.rawValue),
            let table = fields.name(NFTA_TRACE_TABLE.rawValue), let chain = fields.name(NFTA_TRACE_CHAIN.rawValue)
        else { throw DecodingError(what: "a trace without its packet or chain", offset: 4) }
        guard let kind = Self.kind(fields) else {
            throw DecodingError(what: "a trace that does not say what happened", offset: 4)
        }
        self.packet = packet
        self.family = family
        self.table = table
        self.chain = chain
        self.kind = kind
        inInterface = fields.number(NFTA_TRACE_IIF.rawValue)
        outInterface = fields.number(NFTA_TRACE_OIF.rawValue)
        headers = fields[NFTA_TRACE_NETWORK_HEADER.rawValue].flatMap {
            PacketHeaders(network: $0, transport: fields[NFTA_TRACE_TRANSPORT_HEADER.rawValue] ?? [])
        }
    }

    private static func kind(_ fields: AttributeFields) -> Kind? {
        let type: UInt32? = fields.number(NFTA_TRACE_TYPE.rawValue)
        switch type {
        case UInt32(NFT_TRACETYPE_POLICY.rawValue):
            let policy: UInt32? = fields.number(NFTA_TRACE_POLICY.rawValue)
            return policy.map { .policy(drops: $0 == 0) }
        case UInt32(NFT_TRACETYPE_RULE.rawValue), UInt32(NFT_TRACETYPE_RETURN.rawValue):
            // Without a handle it is the end of a chain, which the kernel takes for a rule that returns.
            guard let handle: UInt64 = fields.number(NFTA_TRACE_RULE_HANDLE.rawValue) else { return .end }
            return fields.verdict(in: NFTA_TRACE_VERDICT.rawValue).map { .rule(handle: handle, $0) }
        default: return nil
        }
    }
}
