internal import CNftnl
internal import CShims

extension NftnlExpression.Fields {
    /// The fields of an expression that asks a set or changes it, and of what goes into its keys and elements.
    init(ofSets expression: NftExpression) throws(EncodingError) {
        switch expression {
        case .lookup(let key, let set, let into, let inverted):
            self.init(
                "lookup",
                [(NFTNL_EXPR_LOOKUP_SREG, .number(key.number)), (NFTNL_EXPR_LOOKUP_SET, .name(set))]
                    + Self.field(NFTNL_EXPR_LOOKUP_DREG, into?.number)
                    + Self.field(NFTNL_EXPR_LOOKUP_FLAGS, inverted ? UInt32(NFT_LOOKUP_F_INV.rawValue) : nil)
            )
        case .setUpdate(let update):
            guard !update.isInverted else { throw EncodingError("a change of a set", "an inverted one is read only") }
            let inner = try update.expressions.map { (inner) throws(EncodingError) in try Self(inner) }
            self.init(
                "dynset",
                [
                    (NFTNL_EXPR_DYNSET_SET_NAME, .name(update.set)),
                    (NFTNL_EXPR_DYNSET_OP, .number(update.operation.rawValue)),
                    (NFTNL_EXPR_DYNSET_SREG_KEY, .number(update.key.number)),
                ] + Self.field(NFTNL_EXPR_DYNSET_SREG_DATA, update.data?.number)
                    + (update.timeout.map { [(NFTNL_EXPR_DYNSET_TIMEOUT, .long($0))] } ?? [])
                    + (inner.isEmpty ? [] : [(NFTNL_EXPR_DYNSET_EXPRESSIONS, .list(inner))])
            )
        case .hash(let hash, let into):
            guard let from = hash.from else { throw EncodingError("a hash", "that of a flow is read only") }
            self.init(
                "hash",
                [
                    (NFTNL_EXPR_HASH_SREG, .number(from.number)), (NFTNL_EXPR_HASH_DREG, .number(into.number)),
                    (NFTNL_EXPR_HASH_LEN, .number(hash.length)), (NFTNL_EXPR_HASH_MODULUS, .number(hash.modulus)),
                    (NFTNL_EXPR_HASH_OFFSET, .number(hash.offset)),
                    (NFTNL_EXPR_HASH_TYPE, .number(UInt32(NFT_HASH_JENKINS.rawValue))),
                ] + Self.field(NFTNL_EXPR_HASH_SEED, hash.seed)
            )
        case .limit(let limit):
            self.init(
                "limit",
                [
                    (NFTNL_EXPR_LIMIT_RATE, .long(limit.rate)), (NFTNL_EXPR_LIMIT_UNIT, .long(limit.unit)),
                    (NFTNL_EXPR_LIMIT_BURST, .number(limit.burst)),
                    (NFTNL_EXPR_LIMIT_TYPE, .number(limit.countsBytes ? 1 : 0)),
                    (NFTNL_EXPR_LIMIT_FLAGS, .number(limit.isInverted ? 1 : 0)),
                ]
            )
        default: throw EncodingError("an expression", "this kind is read only")
        }
    }

    /// A field that is left out where it has no value.
    private static func field(_ field: Int, _ number: UInt32?) -> [(Int, NftnlExpression.Value)] {
        number.map { [(field, .number($0))] } ?? []
    }
}
