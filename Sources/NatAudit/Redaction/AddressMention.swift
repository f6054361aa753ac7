internal import NetlinkBridge

/// An address in a text: where it stands, and how it is written.
struct AddressMention: Hashable {
    /// Where it stands, in bytes.
    let range: Range<Int>
    let content: Content

    /// What stands there.
    enum Content: Hashable {
        /// An IP address, with the prefix length behind it; nil where none is.
        case address(IPAddress, length: Int?, form: Form)
        /// A link layer address, its bytes between these; nil where nothing stands between them.
        case hardware([UInt8], separator: UInt8?)
        /// A number as long as several addresses, which may hold some.
        case number
    }

    /// How an IP address is written.
    enum Form: Hashable {
        /// As RFC 4291 and RFC 5952 have it.
        case plain
        /// IPv4 with another sign than the dot, as in names.
        case separated(UInt8)
        /// IPv6 with dots for colons, as in kube-proxy's names of chains.
        case dotted
        /// One hexadecimal number of so many digits.
        case hexadecimal(Int)
    }

    /// What is mentioned, each as a prefix: the address, and the prefix in which the length behind it says that it lies.
    var prefixes: [Prefix] {
        guard case .address(let address, let length, _) = content else { return [] }
        return [Prefix(host: address), length.flatMap { Prefix(address, length: $0) }].compactMap { $0 }
    }

    /// What stands for an address that is mentioned: the first address of a prefix for such a one.
    func standIn(for address: IPAddress, length: Int?, in standIns: AddressStandIns) -> IPAddress {
        guard let length, let prefix = Prefix(address, length: length), prefix.address == address else {
            return standIns[address]
        }
        return standIns[prefix].address
    }
}

extension AddressMention.Form {
    /// An address in this form.
    func text(_ address: IPAddress) -> String {
        switch self {
        case .plain: address.description
        case .separated(let sign): address.networkBytes.map(String.init).joined(separator: String(Unicode.Scalar(sign)))
        case .dotted: address.description.replacing(":", with: ".")
        case .hexadecimal(let digits):
            "0x" + String(repeating: "0", count: max(0, digits - String(address.number, radix: 16).count))
                + String(address.number, radix: 16)
        }
    }
}
