internal import CNftnl
internal import CShims

extension NftnlExpression.Fields {
    /// The fields of an expression that translates, counts or ends a rule.
    init(ending expression: NftExpression) throws(EncodingError) {
        switch expression {
        case .fib(let result, let flags, let into):
            self.init(
                "fib",
                [
                    (NFTNL_EXPR_FIB_DREG, .number(into.number)), (NFTNL_EXPR_FIB_RESULT, .number(result)),
                    (NFTNL_EXPR_FIB_FLAGS, .number(flags)),
                ]
            )
        case .socket(let key, let into):
            self.init(
                "socket",
                [(NFTNL_EXPR_SOCKET_KEY, .number(key)), (NFTNL_EXPR_SOCKET_DREG, .number(into.number))]
            )
        case .immediate(let bytes, let into):
            self.init(
                "immediate",
                [(NFTNL_EXPR_IMM_DREG, .number(into.number)), (NFTNL_EXPR_IMM_DATA, .data(bytes))]
            )
        case .verdict(let verdict):
            let chain: [(Int, NftnlExpression.Value)] =
                verdict.target.map {
                    [(NFTNL_EXPR_IMM_CHAIN, .name($0))]
                } ?? []
            self.init(
                "immediate",
                [
                    (NFTNL_EXPR_IMM_DREG, .number(0)),
                    (NFTNL_EXPR_IMM_VERDICT, .number(UInt32(bitPattern: verdict.code))),
                ] + chain
            )
        case .masquerade(let translation):
            self.init(
                "masq",
                Self.registers([
                    (NFTNL_EXPR_MASQ_REG_PROTO_MIN, translation.portMin),
                    (NFTNL_EXPR_MASQ_REG_PROTO_MAX, translation.portMax),
                ]) + Self.flags(NFTNL_EXPR_MASQ_FLAGS, translation.flags)
            )
        case .nat(let nat):
            self.init(
                "nat",
                [
                    (NFTNL_EXPR_NAT_TYPE, .number(nat.isDestination ? 1 : 0)),
                    (NFTNL_EXPR_NAT_FAMILY, .number(UInt32(nat.family.rawValue))),
                ]
                    + Self.registers([
                        (NFTNL_EXPR_NAT_REG_ADDR_MIN, nat.addressMin),
                        (NFTNL_EXPR_NAT_REG_ADDR_MAX, nat.addressMax),
                        (NFTNL_EXPR_NAT_REG_PROTO_MIN, nat.portMin),
                        (NFTNL_EXPR_NAT_REG_PROTO_MAX, nat.portMax),
                    ]) + Self.flags(NFTNL_EXPR_NAT_FLAGS, nat.flags)
            )
        case .match(let match):
            self.init(
                "match",
                [
                    (NFTNL_EXPR_MT_NAME, .name(match.name)), (NFTNL_EXPR_MT_REV, .number(UInt32(match.revision))),
                    (NFTNL_EXPR_MT_INFO, .blob(match.data)),
                ]
            )
        case .lookup, .setUpdate, .hash, .limit: try self.init(ofSets: expression)
        case .counter:
            self.init("counter", [(Int, NftnlExpression.Value)]())
        default: throw EncodingError("an expression", "this kind is read only")
        }
    }

    /// The fields for the registers that are used.
    private static func registers(
        _ registers: [(Int, NftRegister?)]
    ) -> [(Int, NftnlExpression.Value)] {
        registers.compactMap { field, register in register.map { (field, .number($0.number)) } }
    }

    /// The field for flags; none where there are none, as nft writes it.
    private static func flags(_ field: Int, _ flags: NATFlags) -> [(Int, NftnlExpression.Value)] {
        flags.isEmpty ? [] : [(field, .number(flags.rawValue))]
    }
}

extension NftVerdict {
    /// The kernel's number.
    fileprivate var code: Int32 {
        switch self {
        case .drop: 0
        case .accept: 1
        case .continue: NFT_CONTINUE.rawValue
        case .break: NFT_BREAK.rawValue
        case .return: NFT_RETURN.rawValue
        case .jump: NFT_JUMP.rawValue
        case .goto: NFT_GOTO.rawValue
        case .other(let code): code
        }
    }

    /// The chain that is called; nil where none is.
    fileprivate var target: KernelName? {
        switch self {
        case .jump(let chain), .goto(let chain): chain
        default: nil
        }
    }
}
