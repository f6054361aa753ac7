internal import NetlinkBridge

/// An address that stands for the rest of the world.
enum Elsewhere {
    /// An address that lies in none of the prefixes; nil where every candidate does.
    ///
    /// Nothing is ever sent there: it is only asked which rules and routes such a packet would meet. Public addresses,
    /// for rules often single out private and special ones.
    static func address(_ family: AddressFamily, avoiding prefixes: [Prefix]) -> IPAddress? {
        let candidates = family == .ip ? v4 : v6
        return candidates.compactMap { IPAddress($0) }.first { address in
            !prefixes.contains { $0.contains(address) }
        }
    }

    private static let v4 = [
        "9.9.9.9", "1.1.1.1", "8.8.8.8", "64.6.64.6", "80.80.80.80", "130.59.31.248", "185.228.168.9",
        "203.119.1.1",
    ]
    private static let v6 = [
        "2620:fe::fe", "2606:4700:4700::1111", "2001:4860:4860::8888", "2a02:6b8::feed:ff",
    ]
}

extension Prefix {
    /// An address of the block that a host could have: not its first or last, and none of `taken`; nil for want of one.
    func example(avoiding taken: Set<IPAddress>) -> IPAddress? {
        // A block of two has neither a first nor a last address to itself (RFC 3021, RFC 6164).
        if length >= address.bitWidth - 1 { return [address, last].first { !taken.contains($0) } }
        // From the upper end, where static addresses are rare, but not the broadcast address.
        for step in 2..<34 as Range<UInt64> {
            let free = address.bitWidth - length
            let offset = free >= 16 ? 0xFFFF - step : (UInt64(1) << UInt64(free)) &- step
            let candidate = address.advanced(by: offset)
            if contains(candidate), candidate != address, !taken.contains(candidate) { return candidate }
        }
        return nil
    }
}

extension IPAddress {
    /// The address that is so much higher, within the last eight bytes.
    fileprivate func advanced(by offset: UInt64) -> IPAddress {
        switch self {
        case .v4(let value): .v4(value &+ UInt32(truncatingIfNeeded: offset))
        case .v6(let high, let low): .v6(high: high, low: low &+ offset)
        }
    }
}
