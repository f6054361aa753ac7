/// An address and the bits of it that count.
public struct XtMaskedAddress: Hashable, Sendable {
    /// The address that is compared with.
    public let address: IPAddress
    /// The bits that are compared; they need not be contiguous.
    public let mask: IPAddress

    /// Makes a test from its two parts.
    public init(address: IPAddress, mask: IPAddress) {
        self.address = address
        self.mask = mask
    }

    /// How many leading bits the mask has; nil where it has holes.
    public var prefixLength: Int? {
        let bytes = mask.networkBytes
        let length = bytes.prefix { $0 == 0xFF }.count * 8
        guard let partial = bytes.dropFirst(length / 8).first else { return length }
        let ones = (~partial).leadingZeroBitCount
        let rest = bytes.dropFirst(length / 8 + 1)
        guard partial == ~UInt8(0) << UInt8(8 - ones), rest.allSatisfy({ $0 == 0 }) else { return nil }
        return length + ones
    }

    /// The same as a block of addresses; nil where the mask has holes.
    public var prefix: Prefix? { prefixLength.flatMap { Prefix(address, length: $0) } }

    /// Tells whether every address passes.
    public var isAny: Bool { mask.isUnspecified }

    /// Tells whether an address agrees in the bits that count; false for another family.
    ///
    /// The tools clear the address outside the mask, so that the two ways in which kernel code compares,
    /// `(other & mask) == address` and `((other ^ address) & mask) == 0`, come to the same.
    public func contains(_ other: IPAddress) -> Bool {
        switch (other, address, mask) {
        case (.v4(let other), .v4(let address), .v4(let mask)):
            (other ^ address) & mask == 0
        case (.v6(let otherHigh, let otherLow), .v6(let high, let low), .v6(let maskHigh, let maskLow)):
            (otherHigh ^ high) & maskHigh == 0 && (otherLow ^ low) & maskLow == 0
        default: false
        }
    }

    /// The mask as iptables writes it: `/24`, or `/255.0.255.0` where it has holes.
    var maskText: String {
        prefixLength.map { "/\($0)" } ?? "/\(mask.iptablesText)"
    }

    /// The test as the options of matches write it: without a mask that covers the whole address.
    var iptablesText: String {
        address.iptablesText + (prefixLength == address.bitWidth ? "" : maskText)
    }

    init(_ structure: XtBytes, address: Int, mask: Int, _ family: AddressFamily) throws(DecodingError) {
        self.address = try structure.address(address, family)
        self.mask = try structure.address(mask, family)
    }
}
