internal import CShims

extension AttributeFields {
    /// The verdict in an NFTA_DATA_VERDICT attribute.
    var verdict: NftVerdict? { verdict(in: NFTA_DATA_VERDICT.rawValue) }

    /// The verdict in an attribute that holds NFTA_VERDICT_*; nil where it is absent or malformed.
    func verdict(in type: UInt32) -> NftVerdict? {
        guard let fields = nested(type), let number: UInt32 = fields.number(NFTA_VERDICT_CODE.rawValue)
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
}
