internal import CShims

/// Each property reads one kind of expression, and is nil where an attribute that it must have is missing or odd.
extension AttributeFields {
    private func register(_ type: UInt32) -> NftRegister? { number(type).flatMap { NftRegister(number: $0) } }

    /// The value of a `struct` of type NFTA_DATA_VALUE in an attribute.
    private func value(_ type: UInt32) -> [UInt8]? { nested(type)?[NFTA_DATA_VALUE.rawValue] }

    var payload: NftExpression? {
        guard let base: UInt32 = number(NFTA_PAYLOAD_BASE.rawValue),
            let offset: UInt32 = number(NFTA_PAYLOAD_OFFSET.rawValue),
            let length: UInt32 = number(NFTA_PAYLOAD_LEN.rawValue),
            let into = register(NFTA_PAYLOAD_DREG.rawValue)
        else { return nil }
        return .payload(NftPayload(base: base, offset: offset, length: length, into: into))
    }

    var meta: NftExpression? {
        guard let key = number(NFTA_META_KEY.rawValue).map(NftMetaKey.init(rawValue:)) else { return nil }
        if let into = register(NFTA_META_DREG.rawValue) { return .meta(key, into: into) }
        return register(NFTA_META_SREG.rawValue).map { .metaSet(key, from: $0) }
    }

    var conntrack: NftExpression? {
        guard let key = number(NFTA_CT_KEY.rawValue).map(NftConntrackKey.init(rawValue:)) else { return nil }
        if let into = register(NFTA_CT_DREG.rawValue) {
            return .conntrack(key, direction: number(NFTA_CT_DIRECTION.rawValue), into: into)
        }
        return register(NFTA_CT_SREG.rawValue).map { .conntrackSet(key, from: $0) }
    }

    var compare: NftExpression? {
        guard let from = register(NFTA_CMP_SREG.rawValue),
            let operation: UInt32 = number(NFTA_CMP_OP.rawValue),
            let comparison = NftComparison(rawValue: operation), let data = value(NFTA_CMP_DATA.rawValue)
        else { return nil }
        return .compare(from, comparison, data)
    }

    var range: NftExpression? {
        guard let from = register(NFTA_RANGE_SREG.rawValue),
            let operation: UInt32 = number(NFTA_RANGE_OP.rawValue), operation <= 1,
            let low = value(NFTA_RANGE_FROM_DATA.rawValue), let high = value(NFTA_RANGE_TO_DATA.rawValue)
        else { return nil }
        return .range(from, from: low, to: high, inverted: operation == 1)
    }

    var bitwise: NftExpression? {
        let operation: UInt32 = number(NFTA_BITWISE_OP.rawValue) ?? 0
        guard operation == 0, let from = register(NFTA_BITWISE_SREG.rawValue),
            let into = register(NFTA_BITWISE_DREG.rawValue), let mask = value(NFTA_BITWISE_MASK.rawValue),
            let xor = value(NFTA_BITWISE_XOR.rawValue), mask.count == xor.count
        else { return nil }
        return .bitwise(from: from, into: into, mask: mask, xor: xor)
    }

    var byteOrder: NftExpression? {
        guard let from = register(NFTA_BYTEORDER_SREG.rawValue),
            let into = register(NFTA_BYTEORDER_DREG.rawValue),
            let size: UInt32 = number(NFTA_BYTEORDER_SIZE.rawValue),
            let length: UInt32 = number(NFTA_BYTEORDER_LEN.rawValue)
        else { return nil }
        return .byteOrder(from: from, into: into, size: size, length: length)
    }

    var immediate: NftExpression? {
        guard let into = register(NFTA_IMMEDIATE_DREG.rawValue),
            let data = nested(NFTA_IMMEDIATE_DATA.rawValue)
        else { return nil }
        if into == .verdict { return data.verdict.map(NftExpression.verdict) }
        return data[NFTA_DATA_VALUE.rawValue].map { .immediate($0, into: into) }
    }

    /// The verdict in an NFTA_DATA_VERDICT attribute.
    var verdict: NftVerdict? {
        guard let fields = nested(NFTA_DATA_VERDICT.rawValue),
            let number: UInt32 = fields.number(NFTA_VERDICT_CODE.rawValue)
        else { return nil }
        let code = Int32(bitPattern: number)
        let chain = fields.name(NFTA_VERDICT_CHAIN.rawValue)
        switch code {
        case 0: return .drop
        case 1: return .accept
        case NFT_CONTINUE.rawValue: return .continue
        case NFT_BREAK.rawValue: return .break
        case NFT_RETURN.rawValue: return .return
        case NFT_JUMP.rawValue: return chain.map(NftVerdict.jump)
        case NFT_GOTO.rawValue: return chain.map(NftVerdict.goto)
        default: return .other(code)
        }
    }

    var lookup: NftExpression? {
        guard let from = register(NFTA_LOOKUP_SREG.rawValue), let set = name(NFTA_LOOKUP_SET.rawValue)
        else { return nil }
        let flags: UInt32 = number(NFTA_LOOKUP_FLAGS.rawValue) ?? 0
        return .lookup(
            from, set: set, into: register(NFTA_LOOKUP_DREG.rawValue),
            inverted: flags & UInt32(NFT_LOOKUP_F_INV.rawValue) != 0)
    }

    var fib: NftExpression? {
        guard let result: UInt32 = number(NFTA_FIB_RESULT.rawValue),
            let flags: UInt32 = number(NFTA_FIB_FLAGS.rawValue), let into = register(NFTA_FIB_DREG.rawValue)
        else { return nil }
        return .fib(result: result, flags: flags, into: into)
    }

    var socket: NftExpression? {
        guard let key: UInt32 = number(NFTA_SOCKET_KEY.rawValue),
            let into = register(NFTA_SOCKET_DREG.rawValue)
        else { return nil }
        return .socket(key: key, into: into)
    }

    var counter: NftExpression? {
        guard let packets: UInt64 = number(NFTA_COUNTER_PACKETS.rawValue),
            let bytes: UInt64 = number(NFTA_COUNTER_BYTES.rawValue)
        else { return nil }
        return .counter(packets: packets, bytes: bytes)
    }

    var nat: NftExpression? {
        guard let type: UInt32 = number(NFTA_NAT_TYPE.rawValue), type <= 1,
            let family: UInt32 = number(NFTA_NAT_FAMILY.rawValue)
        else { return nil }
        return .nat(
            NftNAT(
                isDestination: type == NFT_NAT_DNAT.rawValue,
                family: NftFamily(rawValue: UInt8(truncatingIfNeeded: family)),
                addressMin: register(NFTA_NAT_REG_ADDR_MIN.rawValue),
                addressMax: register(NFTA_NAT_REG_ADDR_MAX.rawValue),
                portMin: register(NFTA_NAT_REG_PROTO_MIN.rawValue),
                portMax: register(NFTA_NAT_REG_PROTO_MAX.rawValue),
                flags: NATFlags(rawValue: number(NFTA_NAT_FLAGS.rawValue) ?? 0)))
    }

    /// `masq` and `redir`; their attributes have different numbers for the same things.
    func portTranslation(_ kind: NftPortAttributes) -> NftPortTranslation {
        NftPortTranslation(
            portMin: register(kind.min), portMax: register(kind.max), flags: NATFlags(rawValue: number(kind.flags) ?? 0))
    }

    /// `match` and `target`, whose attributes have the same numbers (NFTA_MATCH_*, NFTA_TARGET_*).
    var xtExtension: XtExtension? {
        guard let name = name(NFTA_TARGET_NAME.rawValue), let info = self[NFTA_TARGET_INFO.rawValue],
            let revision: UInt32 = number(NFTA_TARGET_REV.rawValue)
        else { return nil }
        return XtExtension(name: name, revision: UInt8(truncatingIfNeeded: revision), data: info)
    }
}

/// The attribute numbers of `masq` or `redir`.
struct NftPortAttributes {
    let flags: UInt32
    let min: UInt32
    let max: UInt32

    static let masquerade = NftPortAttributes(
        flags: NFTA_MASQ_FLAGS.rawValue, min: NFTA_MASQ_REG_PROTO_MIN.rawValue,
        max: NFTA_MASQ_REG_PROTO_MAX.rawValue)
    static let redirect = NftPortAttributes(
        flags: NFTA_REDIR_FLAGS.rawValue, min: NFTA_REDIR_REG_PROTO_MIN.rawValue,
        max: NFTA_REDIR_REG_PROTO_MAX.rawValue)
}
