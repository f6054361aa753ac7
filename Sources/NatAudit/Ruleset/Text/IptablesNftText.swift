internal import NetlinkBridge

/// Writes a rule that iptables-nft keeps in nf_tables as `iptables-save` prints it, without `-A CHAIN`.
///
/// Its addresses, interfaces, protocols and ports are native conditions, all else xt matches (facts of iptables 1.8).
struct IptablesNftText {
    let family: AddressFamily
    private var source = ""
    private var destination = ""
    private var input = ""
    private var output = ""
    private var transport = ""
    private var transportName = ""
    private var matches: [String] = []
    private var ending = ""

    /// The text of a rule, escaped for display.
    static func text(of rule: NftRule, statements: [Statement], family: AddressFamily) -> String {
        var text = IptablesNftText(family: family)
        for statement in statements { text.add(statement) }
        for case .target(let target) in rule.expressions {
            text.ending = XtTarget(target, family: family).iptablesText
        }
        let head = [text.source, text.destination, text.input, text.output, text.transport]
        return (head + text.matches + [text.ending]).filter { !$0.isEmpty }.joined(separator: " ")
    }

    private init(family: AddressFamily) { self.family = family }

    private mutating func add(_ statement: Statement) {
        switch statement {
        case .match(.match(let match)): matches.append(match.iptablesText)
        case .match(let condition): add(condition)
        case .verdict(let verdict):
            switch verdict {
            case .jump(let chain): ending = "-j \(chain)"
            case .goto(let chain): ending = "-g \(chain)"
            default: ending = "-j \(NftText.text(of: verdict).uppercased())"
            }
        case .verdictMap(_, let map): matches.append("[map \(map)]")
        case .translateSource, .translateDestination, .change, .silent: break
        }
    }

    private mutating func add(_ condition: Condition) {
        switch condition {
        case .compare(.meta(.inInterfaceName), let comparison, let bytes):
            input = option("-i", Self.interface(bytes), comparison)
        case .compare(.meta(.outInterfaceName), let comparison, let bytes):
            output = option("-o", Self.interface(bytes), comparison)
        case .compare(.meta(.transport), let comparison, let bytes):
            transportName = ValueKind.transport.text(bytes)
            transport = option("-p", transportName, comparison)
        case .compare(.packet(1, let offset, _), let comparison, let bytes):
            add(address: offset, prefix(bytes, length: bytes.count * 8), comparison, condition)
        case .compare(.masked(.packet(1, let offset, _), let mask, _), let comparison, let bytes):
            add(address: offset, NftValue.prefixLength(mask).map { prefix(bytes, length: $0) } ?? nil, comparison, condition)
        case .compare(.packet(2, let offset, 2), let comparison, let bytes) where offset <= 2:
            port(offset, "\(NftValue.integer(bytes))", inverted: comparison == .notEqual)
        case .range(.packet(2, let offset, 2), let low, let high, let inverted) where offset <= 2:
            port(offset, "\(NftValue.integer(low)):\(NftValue.integer(high))", inverted: inverted)
        case .compare(.meta(.mark), let comparison, let bytes):
            mark(Self.short(bytes), comparison)
        case .compare(.masked(.meta(.mark), let mask, _), let comparison, let bytes):
            let value = Self.short(bytes)
            self.mark("\(value)/\(Self.short(mask))", comparison)
        default: matches.append("[\(NftText(family: NftFamily(family), sets: { _ in nil }).text(of: [.match(condition)]))]")
        }
    }

    private mutating func add(address offset: UInt32, _ prefix: String?, _ comparison: NftComparison, _ condition: Condition) {
        let isSource = offset == (family == .ip ? 12 : 8)
        guard let prefix, isSource || offset == (family == .ip ? 16 : 24) else {
            matches.append("[\(NftText(family: NftFamily(family), sets: { _ in nil }).text(of: [.match(condition)]))]")
            return
        }
        if isSource { source = option("-s", prefix, comparison) } else { destination = option("-d", prefix, comparison) }
    }

    private func prefix(_ bytes: [UInt8], length: Int) -> String? {
        let width = family.bitWidth / 8
        guard bytes.count <= width else { return nil }
        return IPAddress(networkBytes: bytes + [UInt8](repeating: 0, count: width - bytes.count))
            .map { "\($0)/\(length)" }
    }

    private mutating func port(_ offset: UInt32, _ value: String, inverted: Bool) {
        let option = (inverted ? "! " : "") + (offset == 0 ? "--sport " : "--dport ") + value
        let head = "-m \(transportName) "
        if let last = matches.last, last.hasPrefix(head + "--") || last.hasPrefix(head + "! --") {
            matches[matches.count - 1] = last + " " + option
        } else {
            matches.append(head + option)
        }
    }

    private mutating func mark(_ value: String, _ comparison: NftComparison) {
        matches.append("-m mark \(option("--mark", Self.trimmed(value), comparison))")
    }

    private func option(_ name: String, _ value: String, _ comparison: NftComparison) -> String {
        comparison == .notEqual ? "! \(name) \(value)" : "\(name) \(value)"
    }

    /// The name, with `+` where only its beginning is compared.
    private static func interface(_ bytes: [UInt8]) -> String {
        let name = KernelName(bytes: bytes)
        return bytes.contains(0) || bytes.count >= 16 ? "\(name)" : "\(name)+"
    }

    private static func short(_ bytes: [UInt8]) -> String {
        "0x" + String(NftValue.integer(NftValue.inNetworkOrder(bytes)), radix: 16)
    }

    /// The first number without leading zeros, as iptables prints it.
    private static func trimmed(_ value: String) -> String {
        guard value.hasPrefix("0x"), !value.contains("/") else { return value }
        return UInt64(value.dropFirst(2), radix: 16).map { "0x" + String($0, radix: 16) } ?? value
    }
}
