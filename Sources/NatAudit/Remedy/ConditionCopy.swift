internal import NetlinkBridge

/// Copies the conditions of a rule of any backend into nft's own words, exactly or not at all.
///
/// The copy is for UDP only: a condition that UDP never meets makes the whole rule one that is never met.
struct ConditionCopy {
    /// What a rule's conditions become.
    enum Result: Hashable {
        /// These conditions mean the same for UDP.
        case conditions([Condition])
        /// No UDP packet meets them.
        case never
    }

    /// Copies the conditions of a rule.
    ///
    /// - Throws: `PlanRefusal` that names the condition which is not understood.
    static func conditions(of rule: Rule) throws(PlanRefusal) -> Result {
        var copied: [Condition] = []
        for statement in rule.statements {
            // A copy that is met in place of the rule would have to change the set as well.
            if case .silent(let word) = statement, ["add", "update", "delete"].contains(word) {
                throw PlanRefusal("it changes a set, which a copy would have to do as well")
            }
            guard case .match(let condition) = statement else { continue }
            switch try copy(condition) {
            case .conditions(let conditions): copied += conditions
            case .never: return .never
            }
        }
        return .conditions(copied)
    }

    private static func copy(_ condition: Condition) throws(PlanRefusal) -> Result {
        switch condition {
        case .compare(.meta(.transport), let comparison, let bytes) where bytes.count == 1:
            let isUDP = bytes[0] == Packet.udp
            switch comparison {
            // The copy stands behind a test for UDP, so that the test need not be repeated.
            case .equal: return isUDP ? .conditions([]) : .never
            case .notEqual: return isUDP ? .never : .conditions([])
            default: throw refusal(condition)
            }
        case .compare(.meta(.inInterfaceName), let comparison, let bytes):
            return .conditions([.compare(.meta(.inInterfaceName), comparison, try name(bytes, condition))])
        case .compare(.meta(.outInterfaceName), let comparison, let bytes):
            return .conditions([.compare(.meta(.outInterfaceName), comparison, try name(bytes, condition))])
        case .compare(
            .masked(.packet(1, let offset, let length), let mask, let xor),
            let comparison,
            let bytes
        ):
            return .conditions([masked(offset, length, mask, xor, comparison, bytes)])
        case .compare(.packet, _, _), .compare(.meta(.mark), _, _),
            .compare(.masked(.meta(.mark), _, _), _, _),
            .compare(.meta(.inInterface), _, _), .compare(.meta(.outInterface), _, _),
            .compare(.addressType, _, _), .compare(.masked(.conntrack(.state, nil), _, _), _, _),
            .compare(.meta(.family), _, _), .range(.packet, _, _, _):
            return .conditions([condition])
        case .match(let match): return try copy(match, condition)
        default: throw refusal(condition)
        }
    }

    private static func refusal(_ condition: Condition) -> PlanRefusal {
        let words = NftText(family: .ip, sets: { _ in nil }).text(of: [.match(condition)])
        return PlanRefusal("the condition \"\(words)\" cannot be copied")
    }

    /// An interface's name, whole names padded as nft pads them.
    private static func name(_ bytes: [UInt8], _ condition: Condition) throws(PlanRefusal) -> [UInt8] {
        let name = KernelName(bytes: bytes)
        guard name.bytes.allSatisfy({ $0 > 32 && $0 < 127 && $0 != 34 && $0 != 92 && $0 != 42 }) else {
            throw PlanRefusal("the interface name \"\(name)\" cannot stand in an nft script")
        }
        guard bytes.contains(0) || bytes.count >= 16 else { return bytes }
        return name.asInterface
    }

    /// A prefix as nft loads it: whole bytes of the address only, a mask where it ends inside a byte.
    private static func masked(
        _ offset: UInt32,
        _ length: UInt32,
        _ mask: [UInt8],
        _ xor: [UInt8],
        _ comparison: NftComparison,
        _ bytes: [UInt8]
    ) -> Condition {
        let operand = Operand.packet(base: 1, offset: offset, length: length)
        guard xor.allSatisfy({ $0 == 0 }), let prefix = NftValue.prefixLength(mask), prefix % 8 == 0,
            prefix > 0, bytes.count == mask.count
        else { return .compare(.masked(operand, mask: mask, xor: xor), comparison, bytes) }
        let count = prefix / 8
        return .compare(
            .packet(base: 1, offset: offset, length: UInt32(count)),
            comparison,
            Array(bytes.prefix(count))
        )
    }
}
