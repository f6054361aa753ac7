internal import NetlinkBridge

/// One expression of a rule, so that two that do the same are equal: nft chooses other registers for addresses and ports than
/// nataudit, and the kernel fills in what a translation leaves out.
enum ExpressionMeaning: Hashable {
    /// As it is.
    case plain(NftExpression)
    /// A translation, with the values in place of the registers that hold them.
    case translation(Translation)

    /// What a translation does.
    struct Translation: Hashable {
        /// Tells `snat` and `dnat` apart; nil for `masquerade`.
        let isDestination: Bool?
        let family: NftFamily?
        /// The first and last address, then the first and last port; nil for what is not given.
        let values: [[UInt8]?]
        let flags: NATFlags
    }

    /// The meaning of a rule's expressions, in order.
    static func of(_ expressions: [NftExpression]) -> [ExpressionMeaning] {
        var values: [NftRegister: [UInt8]] = [:]
        // The kernel notes what is given in the flags too.
        let noted: NATFlags = [.mapAddresses, .ports]
        return expressions.compactMap { expression in
            func value(_ register: NftRegister?) -> [UInt8]? { register.flatMap { values[$0] } }
            switch expression {
            case .immediate(let bytes, let into):
                values[into] = bytes
                return nil
            case .nat(let nat):
                return .translation(
                    Translation(
                        isDestination: nat.isDestination,
                        family: nat.family,
                        values: [
                            value(nat.addressMin), value(nat.addressMax ?? nat.addressMin), value(nat.portMin),
                            value(nat.portMax ?? nat.portMin),
                        ],
                        flags: nat.flags.subtracting(noted)
                    )
                )
            case .masquerade(let masquerade):
                return .translation(
                    Translation(
                        isDestination: nil,
                        family: nil,
                        values: [value(masquerade.portMin), value(masquerade.portMax ?? masquerade.portMin)],
                        flags: masquerade.flags.subtracting(noted)
                    )
                )
            default: return .plain(expression)
            }
        }
    }
}
