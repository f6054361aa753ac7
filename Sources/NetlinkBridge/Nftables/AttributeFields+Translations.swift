internal import CShims

extension AttributeFields {
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
                flags: NATFlags(rawValue: number(NFTA_NAT_FLAGS.rawValue) ?? 0)
            )
        )
    }

    /// `masq` and `redir`; their attributes have different numbers for the same things.
    func portTranslation(_ kind: NftPortAttributes) -> NftPortTranslation {
        NftPortTranslation(
            portMin: register(kind.min),
            portMax: register(kind.max),
            flags: NATFlags(rawValue: number(kind.flags) ?? 0)
        )
    }
}

/// The attribute numbers of `masq` or `redir`.
struct NftPortAttributes {
    let flags: UInt32
    let min: UInt32
    let max: UInt32

    static let masquerade = NftPortAttributes(
        flags: NFTA_MASQ_FLAGS.rawValue,
        min: NFTA_MASQ_REG_PROTO_MIN.rawValue,
        max: NFTA_MASQ_REG_PROTO_MAX.rawValue
    )
    static let redirect = NftPortAttributes(
        flags: NFTA_REDIR_FLAGS.rawValue,
        min: NFTA_REDIR_REG_PROTO_MIN.rawValue,
        max: NFTA_REDIR_REG_PROTO_MAX.rawValue
    )
}
