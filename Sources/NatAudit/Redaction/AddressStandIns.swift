internal import NetlinkBridge

/// Other addresses for the addresses of one report or capture: each original has the same one wherever it stands.
///
/// What kind of address it is stays (private, shared, link-local, documentation, multicast, public), and so do the prefixes
/// in which it lies, and the order; see `AddressLayout`.
struct AddressStandIns {
    private var standIns: [Prefix: Prefix] = [:]

    /// Chooses stand-ins for all prefixes, and addresses as prefixes of full length, that occur.
    ///
    /// What is in a rigid prefix keeps its place within it.
    init(_ occurring: Set<Prefix>, rigid: Set<Prefix> = [], using generator: some RandomNumberGenerator) {
        let inner = occurring.compactMap { Self.inner($0.address) }.map { Prefix(host: $0) }
        let all = occurring.union(inner).union(rigid)
        for family in AddressFamily.allCases {
            for (original, standIn) in AddressLayout(AddressTree(all, rigid: rigid, family: family), using: generator)
                .standIns
            {
                guard let original = original.prefix(family), let standIn = standIn.prefix(family) else { continue }
                standIns[original] = standIn
            }
        }
        for original in occurring where original.length == original.address.bitWidth {
            // What is IPv4 in it is the IPv4 address's stand-in.
            guard let inner = Self.inner(original.address) else { continue }
            standIns[original] = Prefix(host: Self.outer(self[inner], like: original.address))
        }
    }

    /// The address that stands for another one; the unspecified one for what did not occur.
    subscript(original: IPAddress) -> IPAddress {
        standIns[Prefix(host: original)]?.address ?? Prefix(everyAddressOf: original.family).address
    }

    /// The prefix that stands for another one; the one of all addresses for what did not occur.
    ///
    /// Its first address may be another one than the stand-in of the first address, where narrower prefixes begin there too.
    subscript(original: Prefix) -> Prefix {
        standIns[original] ?? Prefix(everyAddressOf: original.address.family)
    }

    /// The IPv4 address in an IPv6 one (RFC 4291 section 2.5.5.2, RFC 6052 section 2.1); nil where none is.
    private static func inner(_ address: IPAddress) -> IPAddress? {
        guard case .v6(let high, let low) = address else { return nil }
        let isMapped = high == 0 && low >> 32 == 0xFFFF
        let isTranslated = high == 0x0064_FF9B_0000_0000 && low >> 32 == 0
        return isMapped || isTranslated ? .v4(UInt32(truncatingIfNeeded: low)) : nil
    }

    /// The IPv6 address of such a kind with another IPv4 address in it.
    private static func outer(_ inner: IPAddress, like other: IPAddress) -> IPAddress {
        guard case (.v4(let value), .v6(let high, let low)) = (inner, other) else { return other }
        return .v6(high: high, low: (low & ~0xFFFF_FFFF) | UInt64(value))
    }
}
