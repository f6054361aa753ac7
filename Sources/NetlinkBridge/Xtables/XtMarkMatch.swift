internal import CShims

/// A test of a mark: `(mark & mask) == value`, or not.
///
/// `xt_mark_mtinfo1` in linux/netfilter/xt_mark.h and `xt_connmark_mtinfo1` in xt_connmark.h, which are the same.
public struct XtMarkMatch: Hashable, Sendable {
    /// What the masked mark is compared with.
    public let value: UInt32
    /// The bits of the mark that count.
    public let mask: UInt32
    /// Tells whether the test is for another mark.
    public let isInverted: Bool

    /// Makes a test from its parts.
    public init(value: UInt32, mask: UInt32, isInverted: Bool) {
        self.value = value
        self.mask = mask
        self.isInverted = isInverted
    }

    init(_ match: XtExtension) throws(DecodingError) {
        let structure = match.structure
        value = try structure.u32(NA_MARK_MARK)
        mask = try structure.u32(NA_MARK_MASK)
        isInverted = try structure.u8(NA_MARK_INVERT) != 0
    }

    var options: String { iptablesOption("--mark \(iptablesMark(value, mask: mask))", inverted: isInverted) }
}
