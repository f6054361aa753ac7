import NetlinkBridge

/// The lab's addresses, which exist in both families: what is written as IPv4 stands for an address of IPv6 as well.
///
/// Each octet has a group of its own, so that prefixes end inside words and between them: 10.0.1.2 is fd00:a:0:1::2,
/// and 192.0.2.0/24 is 3fff:c0:0:2::/64. The net 10.0.0.0/8 is a unique local one, all others are global (RFC 9637).
enum TwinAddress {
    /// Where the groups of the octets begin, in bits.
    private static let starts = [16, 32, 48, 112]

    /// The address, or the block of addresses, as tools take it.
    static func text(_ version4: String, _ family: AddressFamily) -> String {
        guard family == .ip6 else { return version4 }
        let parts = version4.split(separator: "/")
        let octets = parts[0].split(separator: ".").map { String(Int($0) ?? 0, radix: 16) }
        let net = octets[0] == "a" ? "fd00" : "3fff"
        let address = "\(net):\(octets[0]):\(octets[1]):\(octets[2])::\(octets[3])"
        guard parts.count == 2, let length = Int(parts[1]) else { return address }
        // A block that ends with an octet ends with its group.
        let (octet, bits) = (length - 1).quotientAndRemainder(dividingBy: 8)
        return "\(address)/\(starts[octet] + 8 + bits + 1)"
    }

    /// The address and a port, or ports, as tools take them.
    static func text(_ version4: String, port: String, _ family: AddressFamily) -> String {
        let address = text(version4, family)
        return family == .ip6 ? "[\(address)]:\(port)" : "\(address):\(port)"
    }

    /// The address itself.
    static func address(_ version4: String, _ family: AddressFamily) -> IPAddress {
        IPAddress(text(version4, family)) ?? .v4(0)
    }

    /// The address of all.
    static func any(_ family: AddressFamily) -> IPAddress { family == .ip ? .v4(0) : .v6(high: 0, low: 0) }
}
