internal import CShims

/// Each property reads one kind of expression, and is nil where an attribute that it must have is missing or odd.
extension AttributeFields {
    func register(_ type: UInt32) -> NftRegister? { number(type).flatMap { NftRegister(number: $0) } }

    /// The value of a `struct` of type NFTA_DATA_VALUE in an attribute.
    private func value(_ type: UInt32) -> [UInt8]? { nested(type)?[NFTA_DATA_VALUE.rawValue] }

    var payload: NftExpression? {
        guard let base: UInt32 = number(NFTA_PAYLOAD_BASE.rawValue),
            let offset: UInt32 = number(NFTA_PAYLOAD_OFFSET.rawValue),
            let length: UInt32 = number(NFTA_PAYLOAD_LEN.rawValue)
        else { return nil }
        if let from = register(NFTA_PAYLOAD_SREG.rawValue) {
            return .payloadSet(NftPayload(base: base, offset: offset, length: length, into: from))
        }
        return register(NFTA_PAYLOAD_DREG.rawValue).map { into in
            .payload(NftPayload(base: base, offset: offset, length: length, into: into))
        }
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
        // Kernels before 5.6 send no operation, and have mask and xor only.
        let operation: UInt32 = number(NFTA_BITWISE_OP.rawValue) ?? 0
        guard let from = register(NFTA_BITWISE_SREG.rawValue), let into = register(NFTA_BITWISE_DREG.rawValue)
        else { return nil }
        switch operation {
        case UInt32(NFT_BITWISE_MASK_XOR.rawValue):
            guard let mask = value(NFTA_BITWISE_MASK.rawValue), let xor = value(NFTA_BITWISE_XOR.rawValue),
                mask.count == xor.count
            else { return nil }
            return .bitwise(from: from, into: into, mask: mask, xor: xor)
        case UInt32(NFT_BITWISE_LSHIFT.rawValue), UInt32(NFT_BITWISE_RSHIFT.rawValue):
            // The kernel shifts by less than a word.
            guard let bytes = value(NFTA_BITWISE_DATA.rawValue), bytes.count == 4,
                let bits = try? bytes.span.host(UInt32.self), bits < 32
            else { return nil }
            let isLeft = operation == UInt32(NFT_BITWISE_LSHIFT.rawValue)
            return .shift(from: from, into: into, isLeft: isLeft, bits: bits)
        default:
            guard let operation = NftCombination.Operation(rawValue: operation) else { return nil }
            let other = register(NftCombination.secondSource)
            let data = value(NFTA_BITWISE_DATA.rawValue)
            guard (other == nil) != (data == nil) else { return nil }
            return .combine(
                NftCombination(
                    operation: operation,
                    from: from,
                    other: other,
                    data: data,
                    length: number(NFTA_BITWISE_LEN.rawValue) ?? 4
                ),
                into: into
            )
        }
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

    var lookup: NftExpression? {
        guard let from = register(NFTA_LOOKUP_SREG.rawValue), let set = name(NFTA_LOOKUP_SET.rawValue)
        else { return nil }
        let flags: UInt32 = number(NFTA_LOOKUP_FLAGS.rawValue) ?? 0
        return .lookup(
            from,
            set: set,
            into: register(NFTA_LOOKUP_DREG.rawValue),
            inverted: flags & UInt32(NFT_LOOKUP_F_INV.rawValue) != 0
        )
    }
}
