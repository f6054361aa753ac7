internal import NetlinkBridge

extension ConditionCopy {
    /// Copies an xtables match.
    static func copy(_ match: XtMatch, _ condition: Condition) throws(PlanRefusal) -> Result {
        switch match {
        case .comment: return .conditions([])
        case .addressType(let match): return .conditions(try copy(match))
        case .mark(let match): return .conditions([copy(match)])
        case .udp(let match):
            return .conditions(
                copy(match.sourcePorts, isInverted: match.isSourceInverted, .sourcePort)
                    + copy(match.destinationPorts, isInverted: match.isDestinationInverted, .destinationPort)
            )
        case .tcp, .icmp, .icmp6, .sctp: return .never
        case .addressRange(let match): return .conditions(copy(match))
        default: throw PlanRefusal("the condition \"\(match.iptablesText)\" cannot be copied")
        }
    }

    /// `addrtype` as `fib`: nft compares with one type, so that only a single type is copied.
    private static func copy(_ match: XtAddressTypeMatch) throws(PlanRefusal) -> [Condition] {
        guard !match.isLimitedToInput, !match.isLimitedToOutput else {
            throw PlanRefusal("the condition \"\(XtMatch.addressType(match).iptablesText)\" cannot be copied")
        }
        var conditions: [Condition] = []
        for (types, isInverted, ofSource) in [
            (match.source, match.isSourceInverted, true),
            (match.destination, match.isDestinationInverted, false),
        ] where !types.isEmpty {
            guard types.rawValue.nonzeroBitCount == 1 else {
                throw PlanRefusal(
                    "the condition \"\(XtMatch.addressType(match).iptablesText)\" cannot be copied"
                )
            }
            conditions.append(
                .compare(
                    .addressType(ofSource: ofSource),
                    isInverted ? .notEqual : .equal,
                    hostBytes(UInt32(types.rawValue.trailingZeroBitCount))
                )
            )
        }
        return conditions
    }

    private static func copy(_ match: XtMarkMatch) -> Condition {
        let comparison: NftComparison = match.isInverted ? .notEqual : .equal
        let mark = Operand.meta(.mark)
        guard match.mask != .max else { return .compare(mark, comparison, hostBytes(match.value)) }
        return .compare(
            .masked(mark, mask: hostBytes(match.mask), xor: hostBytes(UInt32(0))),
            comparison,
            hostBytes(match.value)
        )
    }

    private static func copy(_ ports: XtPortRange, isInverted: Bool, _ operand: Operand) -> [Condition] {
        if ports.isAny, !isInverted { return [] }
        if ports.first == ports.last {
            return [.compare(operand, isInverted ? .notEqual : .equal, networkBytes(ports.first))]
        }
        return [
            .range(
                operand,
                from: networkBytes(ports.first),
                to: networkBytes(ports.last),
                inverted: isInverted
            )
        ]
    }

    private static func copy(_ match: XtAddressRangeMatch) -> [Condition] {
        [(match.source, true), (match.destination, false)].compactMap { range, ofSource in
            range.map { range in
                let family = range.first.family
                return .range(
                    ofSource ? .source(family) : .destination(family),
                    from: range.first.networkBytes,
                    to: range.last.networkBytes,
                    inverted: range.isInverted
                )
            }
        }
    }
}
