internal import NetlinkBridge

/// A statement that gives the packet or its flow another mark: `mark = (mark & kept) ^ value`.
public struct MarkAssignment: Hashable, Sendable {
    /// Whose mark is changed.
    public let target: Target
    /// The bits of the old mark that stay.
    public let kept: UInt32
    /// What is added to them: four bytes in host order.
    public let value: Operand
    /// The statement in the rule's own words.
    public let words: String

    /// What carries a mark.
    public enum Target: Hashable, Sendable {
        /// The packet, from its arrival to its departure.
        case packet
        /// The conntrack entry of its flow.
        case flow
    }

    /// Makes an assignment; no bits of the old mark stay unless they are named.
    public init(_ target: Target, kept: UInt32 = 0, value: Operand, words: String) {
        self.target = target
        self.kept = kept
        self.value = value
        self.words = words
    }
}

extension MarkAssignment {
    /// What the target MARK does.
    init(_ mark: XtMarkTarget, words: String) {
        self.init(.packet, kept: ~mark.mask, value: .constant(hostBytes(mark.value)), words: words)
    }

    /// What the target CONNMARK does (`connmark_tg_shift` in net/netfilter/xt_connmark.c); marks that are shifted are
    /// not followed.
    init(_ connmark: XtConnmarkTarget, words: String) {
        let moved = { (source: Operand, mask: UInt32) -> Operand in
            connmark.shift == 0
                ? .masked(source, mask: hostBytes(mask), xor: hostBytes(UInt32(0)))
                : .other("a mark that is shifted")
        }
        switch connmark.mode {
        case .set:
            self.init(
                .flow,
                kept: ~connmark.entryMask,
                value: connmark.shift == 0 ? .constant(hostBytes(connmark.entryMark)) : moved(.meta(.mark), 0),
                words: words
            )
        case .save:
            self.init(
                .flow,
                kept: ~connmark.entryMask,
                value: moved(.meta(.mark), connmark.packetMask),
                words: words
            )
        case .restore:
            self.init(
                .packet,
                kept: ~connmark.packetMask,
                value: moved(.conntrack(.mark, direction: nil), connmark.entryMask),
                words: words
            )
        }
    }
}
