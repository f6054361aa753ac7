internal import CShims

/// `dynset`: a rule that changes a set (NFTA_DYNSET_*).
public struct NftSetUpdate: Hashable, Sendable {
    /// What a rule does to a set (enum nft_dynset_ops).
    public enum Operation: UInt32, Hashable, Sendable {
        case add = 0
        case update = 1
        case delete = 2
    }

    /// The set that is changed.
    public let set: KernelName
    /// What is done.
    public let operation: Operation
    /// The register with the key.
    public let key: NftRegister
    /// The register with the value; nil for a set.
    public let data: NftRegister?
    /// How long the element lives, in milliseconds; nil where the set decides.
    public let timeout: UInt64?
    /// The rule goes on where the element could not be had, and ends where it could.
    public let isInverted: Bool
    /// What is asked of the element, such as a limit.
    public let expressions: [NftExpression]

    /// Makes a change of its parts; the rule ends where the element cannot be had.
    public init(
        set: KernelName,
        operation: Operation,
        key: NftRegister,
        data: NftRegister?,
        timeout: UInt64?,
        expressions: [NftExpression]
    ) {
        self.init(
            set: set,
            operation: operation,
            key: key,
            data: data,
            timeout: timeout,
            isInverted: false,
            expressions: expressions
        )
    }

    fileprivate init(
        set: KernelName,
        operation: Operation,
        key: NftRegister,
        data: NftRegister?,
        timeout: UInt64?,
        isInverted: Bool,
        expressions: [NftExpression]
    ) {
        self.set = set
        self.operation = operation
        self.key = key
        self.data = data
        self.timeout = timeout
        self.isInverted = isInverted
        self.expressions = expressions
    }
}

extension AttributeFields {
    var setUpdate: NftExpression? {
        guard let set = name(NFTA_DYNSET_SET_NAME.rawValue),
            let operation = number(NFTA_DYNSET_OP.rawValue).flatMap(NftSetUpdate.Operation.init(rawValue:)),
            let key = register(NFTA_DYNSET_SREG_KEY.rawValue),
            let expressions = expressions(one: NFTA_DYNSET_EXPR.rawValue, list: NFTA_DYNSET_EXPRESSIONS.rawValue)
        else { return nil }
        let flags: UInt32 = number(NFTA_DYNSET_FLAGS.rawValue) ?? 0
        return .setUpdate(
            NftSetUpdate(
                set: set,
                operation: operation,
                key: key,
                data: register(NFTA_DYNSET_SREG_DATA.rawValue),
                timeout: number(NFTA_DYNSET_TIMEOUT.rawValue),
                isInverted: flags & UInt32(NFT_DYNSET_F_INV.rawValue) != 0,
                expressions: expressions
            )
        )
    }

    /// The expressions of a set's element, which stand alone or in a list; nil where they are malformed.
    func expressions(one: UInt32, list: UInt32) -> [NftExpression]? {
        if let bytes = self[list] { return try? NftExpression.list(in: bytes.span, isNested: true) }
        guard let bytes = self[one] else { return [] }
        return (try? NftExpression(element: bytes.span, isNested: true)).map { [$0] }
    }

    var quota: NftExpression? {
        guard let bytes: UInt64 = number(NFTA_QUOTA_BYTES.rawValue) else { return nil }
        let flags: UInt32 = number(NFTA_QUOTA_FLAGS.rawValue) ?? 0
        return .quota(bytes: bytes, inverted: flags & UInt32(NFT_QUOTA_F_INV.rawValue) != 0)
    }

    var connectionLimit: NftExpression? {
        guard let count: UInt32 = number(NFTA_CONNLIMIT_COUNT.rawValue) else { return nil }
        let flags: UInt32 = number(NFTA_CONNLIMIT_FLAGS.rawValue) ?? 0
        return .connectionLimit(count: count, inverted: flags & UInt32(NFT_CONNLIMIT_F_INV.rawValue) != 0)
    }
}
