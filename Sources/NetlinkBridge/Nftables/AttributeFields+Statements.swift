internal import CShims

/// Expressions that ask the host, count, or end a rule.
extension AttributeFields {
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

    var numberGenerator: NftExpression? {
        guard let into = register(NFTA_NG_DREG.rawValue),
            let modulus: UInt32 = number(NFTA_NG_MODULUS.rawValue),
            let type: UInt32 = number(NFTA_NG_TYPE.rawValue), type <= NFT_NG_RANDOM.rawValue
        else { return nil }
        let generator = NftNumberGenerator(
            isRandom: type == NFT_NG_RANDOM.rawValue,
            modulus: modulus,
            offset: number(NFTA_NG_OFFSET.rawValue) ?? 0
        )
        return .numberGenerator(generator, into: into)
    }

    var hash: NftExpression? {
        guard let into = register(NFTA_HASH_DREG.rawValue),
            let modulus: UInt32 = number(NFTA_HASH_MODULUS.rawValue)
        else { return nil }
        let isSymmetric =
            (number(NFTA_HASH_TYPE.rawValue) ?? NFT_HASH_JENKINS.rawValue) == NFT_HASH_SYM.rawValue
        let from = register(NFTA_HASH_SREG.rawValue)
        guard isSymmetric || from != nil else { return nil }
        let hash = NftHash(
            from: isSymmetric ? nil : from,
            length: number(NFTA_HASH_LEN.rawValue) ?? 0,
            modulus: modulus,
            offset: number(NFTA_HASH_OFFSET.rawValue) ?? 0,
            seed: number(NFTA_HASH_SEED.rawValue)
        )
        return .hash(hash, into: into)
    }

    var limit: NftExpression? {
        guard let rate: UInt64 = number(NFTA_LIMIT_RATE.rawValue),
            let unit: UInt64 = number(NFTA_LIMIT_UNIT.rawValue)
        else { return nil }
        let flags: UInt32 = number(NFTA_LIMIT_FLAGS.rawValue) ?? 0
        let type: UInt32 = number(NFTA_LIMIT_TYPE.rawValue) ?? NFT_LIMIT_PKTS.rawValue
        return .limit(
            NftLimit(
                rate: rate,
                unit: unit,
                burst: number(NFTA_LIMIT_BURST.rawValue) ?? 0,
                countsBytes: type == NFT_LIMIT_PKT_BYTES.rawValue,
                isInverted: flags & UInt32(NFT_LIMIT_F_INV.rawValue) != 0
            )
        )
    }

    var reject: NftExpression? {
        guard let type: UInt32 = number(NFTA_REJECT_TYPE.rawValue) else { return nil }
        return .reject(type: type, code: number(NFTA_REJECT_ICMP_CODE.rawValue) ?? 0)
    }

    var log: NftExpression {
        .log(
            NftLog(
                prefix: name(NFTA_LOG_PREFIX.rawValue).flatMap { $0.isEmpty ? nil : $0 },
                group: number(NFTA_LOG_GROUP.rawValue),
                level: number(NFTA_LOG_LEVEL.rawValue)
            )
        )
    }

    var object: NftExpression? {
        if let from = register(NFTA_OBJREF_SET_SREG.rawValue), let map = name(NFTA_OBJREF_SET_NAME.rawValue) {
            return .objectMap(from, map: map)
        }
        guard let type: UInt32 = number(NFTA_OBJREF_IMM_TYPE.rawValue),
            let name = name(NFTA_OBJREF_IMM_NAME.rawValue)
        else { return nil }
        return .object(type: type, name: name)
    }

    /// `match` and `target`, whose attributes have the same numbers (NFTA_MATCH_*, NFTA_TARGET_*).
    var xtExtension: XtExtension? {
        guard let name = name(NFTA_TARGET_NAME.rawValue), let info = self[NFTA_TARGET_INFO.rawValue],
            let revision: UInt32 = number(NFTA_TARGET_REV.rawValue)
        else { return nil }
        return XtExtension(name: name, revision: UInt8(truncatingIfNeeded: revision), data: info)
    }
}
