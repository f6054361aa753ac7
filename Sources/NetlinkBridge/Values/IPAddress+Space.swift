extension IPAddress {
    /// Tells whether the address is of private use (RFC 1918, RFC 4193).
    public var isPrivate: Bool {
        switch self {
        case .v4(let value): value >> 24 == 10 || value >> 20 == 0xAC1 || value >> 16 == 0xC0A8
        case .v6(let high, _): high >> 57 == 0x7E
        }
    }

    /// Tells whether the address is of the shared space behind a provider's NAT (RFC 6598).
    public var isCarrierShared: Bool {
        if case .v4(let value) = self { value >> 22 == 0x191 } else { false }
    }

    /// Tells whether the address means nothing outside of its own network: private, shared, of the link or the host itself.
    public var isLocalSpace: Bool { isPrivate || isCarrierShared || isLinkLocal || isLoopback }
}
