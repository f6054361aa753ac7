internal import CShims

/// Sets the packet's mark: `mark = (mark & ~mask) ^ value`.
///
/// `xt_mark_tginfo2` in linux/netfilter/xt_mark.h.
public struct XtMarkTarget: Hashable, Sendable {
    /// The bits that are exchanged (exclusive or) after those of the mask were cleared.
    public let value: UInt32
    /// The bits that are cleared.
    public let mask: UInt32

    /// The mark that a packet has afterwards.
    public func result(for mark: UInt32) -> UInt32 { (mark & ~mask) ^ value }

    init(_ target: XtExtension) throws(DecodingError) {
        value = try target.structure.u32(NA_SETMARK_MARK)
        mask = try target.structure.u32(NA_SETMARK_MASK)
    }

    var options: String { " --set-xmark \(iptablesHexadecimal(value))/\(iptablesHexadecimal(mask))" }
}
