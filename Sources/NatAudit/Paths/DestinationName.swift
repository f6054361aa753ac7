internal import NetlinkBridge

/// Something in a rule by which it tells packets apart by their destination.
///
/// Sets are named and not listed: a walk meets the same large set many times.
enum DestinationName: Hashable, Sendable {
    /// The addresses from the first to the last, both included.
    case range(IPAddress, IPAddress)
    /// What the keys of a set or map of nf_tables hold from that byte on.
    case set(Ruleset.SetPlace, offset: Int)
    /// What an ipset holds in these fields, counted from 0.
    case ipset(UInt16, fields: [Int])
    /// Bits that are no prefix.
    case irregular
}

/// Finds the destinations that a rule names, for packets of one family.
struct DestinationNaming {
    let family: AddressFamily
    let place: ChainPlace

    /// The destinations that a rule tells apart among packets that differ in nothing else; none where another condition
    /// of the rule keeps all of them from it.
    func names(in rule: Rule, _ test: @autoclosure () -> ConditionTest) -> [DestinationName] {
        let found = names(in: rule.statements)
        guard found.contains(where: { $0?.isEmpty == false }) else { return [] }
        let test = test()
        var names: [DestinationName] = []
        var hasEffect = false
        for (statement, found) in zip(rule.statements, found) {
            if let found {
                names += found
            } else if case .match(let condition) = statement, test.holds(condition) == .no {
                return hasEffect ? names : []
            }
            // What a rule of nf_tables did before a condition stays done where that does not hold.
            if case .mark = statement { hasEffect = true }
        }
        return names
    }

    /// What each statement names; nil where it does not look at the destination.
    private func names(in statements: [Statement]) -> [[DestinationName]?] {
        statements.indices.map { index in
            // An interval is written as two comparisons, one after the other.
            if index > 0, let interval = interval(from: statements[index - 1], to: statements[index]) {
                return interval
            }
            if index + 1 < statements.count, interval(from: statements[index], to: statements[index + 1]) != nil {
                return []
            }
            return names(in: statements[index])
        }
    }

    private func interval(from lower: Statement, to upper: Statement) -> [DestinationName]? {
        guard case .match(.compare(let operand, .greaterOrEqual, let low)) = lower,
            case .match(.compare(operand, .lessOrEqual, let high)) = upper
        else { return nil }
        return range(of: operand, low, high)
    }

    private func names(in statement: Statement) -> [DestinationName]? {
        switch statement {
        case .match(let condition): names(in: condition)
        case .verdictMap(let operands, let map): names(in: operands, of: map)
        case .mark(let assignment): names(in: assignment.value)
        case .translateSource(let translation): translation.chooser.flatMap { names(in: $0) }
        case .translateDestination, .verdict, .untrack, .change, .silent: nil
        }
    }

    private func names(in condition: Condition) -> [DestinationName]? {
        switch condition {
        case .compare(let operand, let comparison, let bytes):
            return names(in: operand) ?? compared(operand, comparison, bytes)
        case .range(let operand, let low, let high, _):
            return names(in: operand) ?? range(of: operand, low, high)
        case .lookup(let operands, let set, _): return names(in: operands, of: set)
        case .match(let match): return names(in: match)
        case .counted, .other: return nil
        }
    }

    private func names(in match: XtMatch) -> [DestinationName]? {
        switch match {
        case .addressRange(let match): return match.destination.map { [.range($0.first, $0.last)] }
        case .set(let match):
            let fields = match.sides.indices.filter { match.sides[$0] == .destination }
            return fields.isEmpty ? nil : [.ipset(match.index, fields: fields)]
        case .conntrack(let match) where match.tests.contains(.originalDestination):
            let test = match.originalDestination
            if test.isAny { return nil }
            guard let length = test.prefixLength, let prefix = Prefix(test.address, length: length) else {
                return [.irregular]
            }
            return [.range(prefix.address, prefix.last)]
        default: return nil
        }
    }

    /// What a map holds by which a value is chosen.
    private func names(in operand: Operand) -> [DestinationName]? {
        switch operand {
        case .mapped(let keys, let map): names(in: keys, of: map)
        case .masked(let inner, _, _), .swapped(let inner, _), .shifted(let inner, _, _), .part(let inner, _):
            names(in: inner)
        case .combined(let left, _, let right): names(in: left) ?? names(in: right)
        default: nil
        }
    }
}
