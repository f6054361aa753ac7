internal import NetlinkBridge

extension Ruleset {
    /// Tells whether a rule makes the kernel track the flows of a family; without one, chains of type nat never run.
    func tracksFlows(of family: AddressFamily) -> Bool { facts.tracked.contains(family) }
}

extension Statement {
    /// Tells whether the kernel tracks flows for the statement's sake.
    var tracksFlows: Bool {
        switch self {
        case .translateSource, .translateDestination: true
        case .match(.match(let match)): Self.tracks(match)
        case .match(.compare(let operand, _, _)), .match(.range(let operand, _, _, _)): Self.tracks(operand)
        case .match(.lookup(let operands, _, _)), .verdictMap(let operands, _):
            operands.contains(where: Self.tracks)
        case .mark(let assignment): assignment.target == .flow || Self.tracks(assignment.value)
        case .change(_, let words): words.contains("ct ") || words.contains("-j CT")
        // What is not understood may well track: then the chains run.
        case .match(.other): true
        // A count of flows is one of conntrack's entries.
        case .match(.counted(let words)): words.contains("ct count")
        case .verdict, .untrack, .silent: false
        }
    }

    /// The one family whose flows are tracked for the statement's sake; nil where the chain decides (`nft_nat_init` in
    /// net/netfilter/nft_nat.c).
    var trackedFamily: AddressFamily? {
        switch self {
        case .translateSource(let translation): translation.family
        case .translateDestination(let translation): translation.family
        default: nil
        }
    }

    private static func tracks(_ match: XtMatch) -> Bool {
        switch match {
        case .connmark, .conntrack, .state, .ipvs, .other: true
        default: false
        }
    }

    private static func tracks(_ operand: Operand) -> Bool {
        switch operand {
        case .conntrack, .other: true
        case .masked(let inner, _, _), .swapped(let inner, _), .shifted(let inner, _, _), .part(let inner, _):
            tracks(inner)
        case .combined(let left, _, let right): tracks(left) || tracks(right)
        case .mapped(let keys, _), .hash(let keys, _, _, _): keys.contains(where: tracks)
        case .packet, .meta, .addressType, .fib, .feature, .socket, .numbered, .constant: false
        }
    }
}
