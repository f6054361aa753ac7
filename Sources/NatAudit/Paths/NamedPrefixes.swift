internal import NetlinkBridge

/// The prefixes that rules, sets and routes tell apart from the rest of the world.
struct NamedPrefixes {
    private let ruleset: Ruleset
    private let routes: [Route]

    init(_ ruleset: Ruleset, _ routes: [Route]) {
        self.ruleset = ruleset
        self.routes = routes
    }

    /// All of them, in no order; the default routes are not among them.
    var prefixes: [Prefix] {
        // What is read only when it is asked for has no addresses for keys.
        let inSets = ruleset.sets.values.filter { !$0.arePending }.flatMap { set in
            NftValue.intervals(of: set).flatMap { Self.prefixes(from: $0.low, to: $0.high ?? $0.low) }
        }
        return (Array(ruleset.facts.prefixes) + inSets + routes.map(\.destination)).filter { $0.length > 0 }
    }

    /// A prefix in a condition.
    struct Mention {
        let prefix: Prefix
        let isSource: Bool
        let isInverted: Bool
    }

    /// The prefixes that a condition compares addresses with.
    static func prefixes(in condition: Condition) -> [Mention] {
        switch condition {
        case .compare(.packet(1, let offset, let length), let comparison, let bytes):
            return mention(offset, bytes, length: Int(length) * 8, comparison == .notEqual)
        case .compare(.masked(.packet(1, let offset, _), let mask, _), let comparison, let bytes):
            return mention(offset, bytes, length: NftValue.prefixLength(mask), comparison == .notEqual)
        default: return []
        }
    }

    /// An address field at that offset of the header, as prefix; none where it is another field.
    private static func mention(_ offset: UInt32, _ bytes: [UInt8], length: Int?, _ isInverted: Bool)
        -> [Mention]
    {
        guard let length else { return [] }
        for family in AddressFamily.allCases {
            guard case .packet(_, let source, let width) = Operand.source(family),
                case .packet(_, let destination, _) = Operand.destination(family),
                offset == source || offset == destination, bytes.count <= width,
                // An IPv4 offset lies inside an IPv6 address: only whole addresses and their beginnings count.
                family == .ip ? bytes.count <= 4 : bytes.count > 4,
                let address = IPAddress(
                    networkBytes: bytes + [UInt8](repeating: 0, count: Int(width) - bytes.count)
                ),
                let prefix = Prefix(address, length: length)
            else { continue }
            return [Mention(prefix: prefix, isSource: offset == source, isInverted: isInverted)]
        }
        return []
    }

    /// The prefixes that hold both ends of an interval of addresses; none where the bytes are no addresses.
    static func prefixes(from low: [UInt8], to high: [UInt8]) -> [Prefix] {
        guard let first = IPAddress(networkBytes: low), let last = IPAddress(networkBytes: high),
            first.family == last.family
        else { return [] }
        let common = zip(low, high).map { ($0 ^ $1).leadingZeroBitCount }
        let whole = common.prefix { $0 == 8 }.count
        let length = whole * 8 + (whole < common.count ? common[whole] : 0)
        return Prefix(first, length: length).map { [$0] } ?? []
    }
}
