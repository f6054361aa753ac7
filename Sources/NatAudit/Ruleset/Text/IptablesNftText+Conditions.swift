internal import NetlinkBridge

extension IptablesNftText {
    mutating func add(_ condition: Condition) {
        switch condition {
        case .compare(.meta(.inInterfaceName), let comparison, let bytes):
            input = Self.option("-i", Self.interface(bytes), comparison)
        case .compare(.meta(.outInterfaceName), let comparison, let bytes):
            output = Self.option("-o", Self.interface(bytes), comparison)
        case .compare(.meta(.transport), let comparison, let bytes):
            transportName = ValueKind.transport.text(bytes)
            transport = Self.option("-p", transportName, comparison)
        case .compare(.meta(.mark), let comparison, let bytes):
            matches.append("-m mark \(Self.option("--mark", Self.mark(bytes), comparison))")
        case .compare(.masked(.meta(.mark), let mask, _), let comparison, let bytes):
            matches.append(
                "-m mark \(Self.option("--mark", "\(Self.mark(bytes))/\(Self.mark(mask))", comparison))"
            )
        case .compare(.packet(1, let offset, _), let comparison, let bytes):
            add(
                address: offset,
                bytes,
                mask: Array(repeating: 0xFF, count: bytes.count),
                comparison,
                condition
            )
        case .compare(.masked(.packet(1, 6, 2), [0x1F, 0xFF], _), let comparison, _) where family == .ip:
            fragment = comparison == .notEqual ? "-f" : "! -f"
        case .compare(.masked(.packet(1, let offset, _), let mask, _), let comparison, let bytes):
            add(address: offset, bytes, mask: mask, comparison, condition)
        default: addTransport(condition)
        }
    }

    /// Conditions on the transport header.
    private mutating func addTransport(_ condition: Condition) {
        switch condition {
        case .compare(.packet(2, let offset, 2), let comparison, let bytes) where offset <= 2:
            let port = NftValue.integer(bytes)
            switch comparison {
            case .equal, .notEqual: add(port: offset, "\(port)", inverted: comparison == .notEqual)
            // A range that begins with 0, or ends with 65535, needs one comparison only.
            case .lessOrEqual: add(port: offset, "0:\(port)", inverted: false)
            case .greaterOrEqual: add(port: offset, "\(port):65535", inverted: false)
            case .less, .greater: addNative(condition)
            }
        case .compare(.packet(2, 0, 4), .equal, let bytes) where bytes.count == 4:
            // Two ports side by side are compared at once.
            add(port: 0, "\(NftValue.integer(Array(bytes.prefix(2))))", inverted: false)
            add(port: 2, "\(NftValue.integer(Array(bytes.suffix(2))))", inverted: false)
        case .range(.packet(2, let offset, 2), let low, let high, let inverted) where offset <= 2:
            add(port: offset, "\(NftValue.integer(low)):\(NftValue.integer(high))", inverted: inverted)
        case .compare(.masked(.packet(2, 13, 1), let mask, _), let comparison, let bytes):
            let option = Self.option("--tcp-flags", "\(Self.flags(mask)) \(Self.flags(bytes))", comparison)
            add(option, of: "tcp")
        default: addNative(condition)
        }
    }

    /// A condition that iptables has no words for.
    private mutating func addNative(_ condition: Condition) {
        matches.append(
            "[\(NftText(family: NftFamily(family), sets: { _ in nil }).text(of: [.match(condition)]))]"
        )
    }

    private mutating func add(
        address offset: UInt32,
        _ bytes: [UInt8],
        mask: [UInt8],
        _ comparison: NftComparison,
        _ condition: Condition
    ) {
        let width = family.bitWidth / 8
        let padding = [UInt8](repeating: 0, count: max(0, width - bytes.count))
        let isSource = offset == (family == .ip ? 12 : 8)
        guard isSource || offset == (family == .ip ? 16 : 24), bytes.count == mask.count,
            let address = IPAddress(networkBytes: bytes + padding),
            let whole = IPAddress(networkBytes: mask + padding)
        else { return addNative(condition) }
        let length = NftValue.prefixLength(mask + padding).map(String.init) ?? whole.iptablesText
        let option = Self.option(isSource ? "-s" : "-d", "\(address.iptablesText)/\(length)", comparison)
        if isSource { source = option } else { destination = option }
    }

    private mutating func add(port offset: UInt32, _ value: String, inverted: Bool) {
        add((inverted ? "! " : "") + (offset == 0 ? "--sport " : "--dport ") + value, of: transportName)
    }

    /// Adds an option to the match of a protocol, which stands once.
    private mutating func add(_ option: String, of transport: String) {
        let head = "-m \(transport) "
        if let last = matches.last, last.hasPrefix(head + "--") || last.hasPrefix(head + "! --") {
            matches[matches.count - 1] = last + " " + option
        } else {
            matches.append(head + option)
        }
    }

    private static func option(_ name: String, _ value: String, _ comparison: NftComparison) -> String {
        comparison == .notEqual ? "! \(name) \(value)" : "\(name) \(value)"
    }

    /// The name, with `+` where only its beginning is compared.
    private static func interface(_ bytes: [UInt8]) -> String {
        let name = KernelName(bytes: bytes)
        return bytes.contains(0) || bytes.count >= 16 ? "\(name)" : "\(name)+"
    }

    private static func mark(_ bytes: [UInt8]) -> String {
        NftValue.shortHexadecimal(NftValue.inNetworkOrder(bytes))
    }

    private static func flags(_ bytes: [UInt8]) -> String {
        guard bytes != [0] else { return "NONE" }
        return ValueKind.tcpFlags.text(bytes).uppercased()
    }
}
