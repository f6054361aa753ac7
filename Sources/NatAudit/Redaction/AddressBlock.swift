internal import NetlinkBridge

/// A block of addresses of one family as a range of numbers, for arithmetic on where it lies.
struct AddressBlock: Hashable {
    /// The first address, as a number.
    let first: UInt128
    /// How many addresses the block has beside the first: a power of two less one.
    let extent: UInt128

    /// The block of that size at another place.
    init(first: UInt128, extent: UInt128) {
        self.first = first
        self.extent = extent
    }

    /// The addresses of a prefix.
    init(_ prefix: Prefix) {
        first = prefix.address.number
        let free = prefix.address.bitWidth - prefix.length
        extent = free == 128 ? .max : (1 << UInt128(free)) - 1
    }

    /// The block as a prefix of a family.
    func prefix(_ family: AddressFamily) -> Prefix? {
        Prefix(IPAddress(first, family), length: family.bitWidth - extent.nonzeroBitCount)
    }

    /// The last address, as a number.
    var last: UInt128 { first + extent }

    /// Tells whether the whole of another block lies in this one.
    func contains(_ other: AddressBlock) -> Bool { first <= other.first && other.last <= last }
}

extension IPAddress {
    /// The address as a number.
    var number: UInt128 {
        switch self {
        case .v4(let value): UInt128(value)
        case .v6(let high, let low): UInt128(high) << 64 | UInt128(low)
        }
    }

    /// The address of a family that a number stands for.
    init(_ number: UInt128, _ family: AddressFamily) {
        self =
            family == .ip
            ? .v4(UInt32(truncatingIfNeeded: number))
            : .v6(high: UInt64(truncatingIfNeeded: number >> 64), low: UInt64(truncatingIfNeeded: number))
    }
}
