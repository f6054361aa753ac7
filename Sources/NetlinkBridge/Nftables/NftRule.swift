internal import CShims

/// A rule of nf_tables (NFTA_RULE_*): a program of expressions for the kernel's register machine.
///
/// A node may have a hundred thousand of them: but for the first few, what is in a rule is kept as the kernel sent it,
/// packed, and is decoded whenever it is asked for.
public struct NftRule: Hashable, Sendable {
    // A node may have 100,000 rules: what takes a byte stands together, before what takes eight.

    /// The family of the rule's table.
    public let family: NftFamily
    /// Tells whether an expression is a match or a target of xtables.
    public let hasExtensions: Bool
    /// The name of the rule's table.
    public let table: KernelName
    /// The name of the rule's chain.
    public let chain: KernelName
    /// The kernel's number for the rule, unique in its table.
    public let handle: UInt64
    /// What nft keeps with the rule, its comment above all.
    public let userData: UserData
    private var program: Program

    /// The expressions, decoded or as the kernel sent them.
    fileprivate enum Program: Sendable {
        case decoded([NftExpression])
        case packed(PackedBytes)

        var expressions: [NftExpression] {
            switch self {
            case .decoded(let expressions): expressions
            // What was decoded when the rule was read cannot fail to be decoded again.
            case .packed(let bytes): (try? NftExpression.list(in: bytes.unpacked.span)) ?? []
            }
        }
    }

    /// Decodes the payload of an NFT_MSG_NEWRULE message.
    init(decoding payload: Span<UInt8>) throws(DecodingError) {
        var survey = RuleSurvey()
        var store: [UInt8] = []
        self = try NftRule(decoding: payload, &survey, into: &store)
        keepProgram(in: store)
    }

    /// Decodes the payload, and notes what has to be known of all rules; what is packed is put at the end of the store, which
    /// the rule is given later.
    init(
        decoding payload: Span<UInt8>,
        _ survey: inout RuleSurvey,
        into store: inout [UInt8]
    ) throws(DecodingError) {
        let (family, rest) = try NftFamily.read(from: payload)
        var table: KernelName = ""
        var chain: KernelName = ""
        var handle: UInt64 = 0
        var hasExtensions = false
        var userData = UserData()
        var program = Program.decoded([])
        try Attributes.forEach(in: payload.extracting(rest)) { (type, value) throws(DecodingError) in
            switch UInt32(type) {
            case NFTA_RULE_TABLE.rawValue: table = KernelName(bytes: value)
            case NFTA_RULE_CHAIN.rawValue: chain = KernelName(bytes: value)
            case NFTA_RULE_HANDLE.rawValue: handle = try value.network()
            case NFTA_RULE_EXPRESSIONS.rawValue:
                let expressions = try NftExpression.list(in: value)
                for expression in expressions {
                    hasExtensions = hasExtensions || expression.isExtension
                    survey.note(expression, family, table)
                }
                program = survey.keepsDecoded() ? .decoded(expressions) : .packed(PackedBytes(value, into: &store))
            case NFTA_RULE_USERDATA.rawValue: userData = UserData(bytes: value.array)
            default: break
            }
        }
        self.family = family
        self.table = survey.shared(table)
        self.chain = survey.shared(chain)
        self.handle = handle
        self.hasExtensions = hasExtensions
        self.userData = userData
        self.program = program
    }

    /// Takes the store in which its expressions lie, where they are packed.
    mutating func keepProgram(in store: [UInt8]) {
        guard case .packed(var bytes) = program else { return }
        bytes.keep(in: store)
        program = .packed(bytes)
    }

    /// The expressions, in the order in which they run; of most rules of a large node decoded anew each time.
    public var expressions: [NftExpression] { program.expressions }
}

extension NftRule.Program: Hashable {
    /// A rule is the same however it is kept.
    static func == (left: Self, right: Self) -> Bool { left.expressions == right.expressions }

    /// Rules that differ in their expressions alone are rare: handles tell rules apart.
    func hash(into hasher: inout Hasher) {}
}

extension NftExpression {
    /// Tells whether it is a match or a target of xtables.
    var isExtension: Bool {
        switch self {
        case .match, .target: true
        default: false
        }
    }
}
