internal import CShims

/// A test for addresses from one to another, both included.
///
/// `xt_iprange_mtinfo` in linux/netfilter/xt_iprange.h.
public struct XtAddressRangeMatch: Hashable, Sendable {
    /// The addresses of one side.
    public struct Range: Hashable, Sendable {
        /// The first address.
        public let first: IPAddress
        /// The last address.
        public let last: IPAddress
        /// Tells whether the test is for an address outside.
        public let isInverted: Bool

        /// Tells whether an address of the same family passes.
        public func matches(_ address: IPAddress) -> Bool {
            (first <= address && address <= last) != isInverted
        }
    }

    /// The source addresses; nil where the source is not tested.
    public let source: Range?
    /// The destination addresses; nil where the destination is not tested.
    public let destination: Range?

    init(_ match: XtExtension, family: AddressFamily) throws(DecodingError) {
        let structure = match.structure
        // IPRANGE_SRC, IPRANGE_DST, IPRANGE_SRC_INV, IPRANGE_DST_INV
        let flags = try structure.u8(NA_IPRANGE_FLAGS)
        let source = Range(
            first: try structure.address(NA_IPRANGE_SOURCE_MIN, family),
            last: try structure.address(NA_IPRANGE_SOURCE_MAX, family),
            isInverted: flags & 0x10 != 0
        )
        let destination = Range(
            first: try structure.address(NA_IPRANGE_DESTINATION_MIN, family),
            last: try structure.address(NA_IPRANGE_DESTINATION_MAX, family),
            isInverted: flags & 0x20 != 0
        )
        self.source = flags & 0x01 != 0 ? source : nil
        self.destination = flags & 0x02 != 0 ? destination : nil
    }

    var options: String { text("--src-range", source) + text("--dst-range", destination) }

    private func text(_ name: String, _ range: Range?) -> String {
        guard let range else { return "" }
        return iptablesOption(
            "\(name) \(range.first.iptablesText)-\(range.last.iptablesText)",
            inverted: range.isInverted
        )
    }
}
