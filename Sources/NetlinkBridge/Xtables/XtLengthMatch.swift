internal import CShims

/// A test of the packet's length in bytes, without the link layer.
///
/// `xt_length_info` in linux/netfilter/xt_length.h.
public struct XtLengthMatch: Hashable, Sendable {
    /// The least length.
    public let minimum: UInt16
    /// The greatest length.
    public let maximum: UInt16
    /// Tells whether the test is for another length.
    public let isInverted: Bool

    init(_ match: XtExtension) throws(DecodingError) {
        let structure = match.structure
        minimum = try structure.u16(NA_LENGTH_MIN)
        maximum = try structure.u16(NA_LENGTH_MAX)
        isInverted = try structure.u8(NA_LENGTH_INVERT) != 0
    }

    var options: String {
        let range = minimum == maximum ? "\(minimum)" : "\(minimum):\(maximum)"
        return iptablesOption("--length \(range)", inverted: isInverted)
    }
}
