/// A block of addresses: the first `length` bits are fixed, the rest is free.
public struct Prefix: Hashable, Sendable {
    /// The first address of the block; the bits behind `length` are zero.
    public let address: IPAddress
    /// How many leading bits are fixed: 0 to 32, or 0 to 128.
    public let length: Int

    /// The block of that length which holds the address; nil where the length does not fit the family.
    public init?(_ address: IPAddress, length: Int) {
        guard length >= 0, length <= address.bitWidth else { return nil }
        self.length = length
        switch address {
        case .v4(let value): self.address = .v4(length == 0 ? 0 : value & (~0 << UInt32(32 - length)))
        case .v6(let high, let low):
            // Swift's shift by 64 or more gives zero, which is the mask wanted at both ends.
            self.address = .v6(
                high: high & (length == 0 ? 0 : ~0 << UInt64(max(0, 64 - length))),
                low: low & (length <= 64 ? 0 : ~0 << UInt64(128 - length))
            )
        }
    }

    /// The block that holds this address alone.
    public init(host address: IPAddress) {
        self.address = address
        length = address.bitWidth
    }

    /// All addresses of a family.
    public init(everyAddressOf family: AddressFamily) {
        address = family == .ip ? .v4(0) : .v6(high: 0, low: 0)
        length = 0
    }

    /// Tells whether the address lies in the block; false for another family.
    public func contains(_ other: IPAddress) -> Bool {
        Prefix(other, length: length) == self && other.family == address.family
    }

    /// Tells whether the whole of another block lies in this one.
    public func contains(_ other: Prefix) -> Bool { other.length >= length && contains(other.address) }
}

extension Prefix: LosslessStringConvertible {
    /// The block that `ADDRESS/LENGTH`, or an address alone, stands for; nil where it is neither.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else { return nil }
        guard parts.count == 2 else {
            self.init(host: address)
            return
        }
        guard let length = Int(parts[1]) else { return nil }
        self.init(address, length: length)
    }

    /// `ADDRESS/LENGTH`, or the address alone where it is the whole block.
    public var description: String {
        length == address.bitWidth ? "\(address)" : "\(address)/\(length)"
    }
}
