internal import Glibc

extension IPAddress {
    /// Reads the payload of an address attribute: 4 or 16 bytes in network order.
    init(attribute bytes: Span<UInt8>) throws(DecodingError) {
        guard let address = IPAddress(networkBytes: bytes.array) else {
            throw DecodingError(what: "no address in \(bytes.count) bytes", offset: 0)
        }
        self = address
    }
}

extension Prefix {
    /// Joins an address attribute with the length that stands in the message's header.
    ///
    /// Without the attribute the block holds every address: the kernel leaves an all-zero address out.
    init(attribute address: IPAddress?, length: UInt8, family: AddressFamily) throws(DecodingError) {
        let address = address ?? Prefix(everyAddressOf: family).address
        guard address.family == family, let prefix = Prefix(address, length: Int(length)) else {
            throw DecodingError(what: "no \(family) prefix of length \(length)", offset: 1)
        }
        self = prefix
    }
}

extension AddressFamily {
    /// Reads the family byte of a message; nil for a family other than IPv4 and IPv6.
    init?(kernelValue: UInt8) {
        switch Int32(kernelValue) {
        case AF_INET: self = .ip
        case AF_INET6: self = .ip6
        default: return nil
        }
    }

    /// Reads the family byte that starts a message, and refuses one that is neither IPv4 nor IPv6.
    init(startOf payload: Span<UInt8>) throws(DecodingError) {
        let value: UInt8 = try payload.network(at: 0)
        guard let family = AddressFamily(kernelValue: value) else {
            throw DecodingError(what: "an address family (\(value)) other than IPv4 and IPv6", offset: 0)
        }
        self = family
    }

    /// AF_INET or AF_INET6.
    var kernelValue: UInt8 { UInt8(truncatingIfNeeded: self == .ip ? AF_INET : AF_INET6) }
}
