internal import CShims

/// A rule of nf_tables (NFTA_RULE_*): a program of expressions for the kernel's register machine.
public struct NftRule: Hashable, Sendable {
    /// The family of the rule's table.
    public let family: NftFamily
    /// The name of the rule's table.
    public let table: KernelName
    /// The name of the rule's chain.
    public let chain: KernelName
    /// The kernel's number for the rule, unique in its table.
    public let handle: UInt64
    /// The expressions, in the order in which they run.
    public let expressions: [NftExpression]
    /// What nft keeps with the rule, its comment above all.
    public let userData: UserData

    /// Decodes the payload of an NFT_MSG_NEWRULE message.
    init(decoding payload: Span<UInt8>) throws(DecodingError) {
        let (family, rest) = try NftFamily.read(from: payload)
        var table: KernelName = ""
        var chain: KernelName = ""
        var handle: UInt64 = 0
        var expressions: [NftExpression] = []
        var userData = UserData()
        try Attributes.forEach(in: payload.extracting(rest)) { (type, value) throws(DecodingError) in
            switch UInt32(type) {
            case NFTA_RULE_TABLE.rawValue: table = KernelName(bytes: value.array)
            case NFTA_RULE_CHAIN.rawValue: chain = KernelName(bytes: value.array)
            case NFTA_RULE_HANDLE.rawValue: handle = try value.network()
            case NFTA_RULE_EXPRESSIONS.rawValue: expressions = try NftExpression.list(in: value)
            case NFTA_RULE_USERDATA.rawValue: userData = UserData(bytes: value.array)
            default: break
            }
        }
        self.family = family
        self.table = table
        self.chain = chain
        self.handle = handle
        self.expressions = expressions
        self.userData = userData
    }
}
