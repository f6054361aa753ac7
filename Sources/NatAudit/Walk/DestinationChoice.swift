internal import NetlinkBridge

/// Works out where a destination translation sends a packet.
struct DestinationChoice {
    /// What comes of it.
    enum Result {
        /// A value that the statement needs does not exist: the rule ends.
        case nothing
        /// One of these, each under its conditions; one alone is certain.
        case choices([Choice])
        /// It cannot be told; in words what it depends on.
        case undecided(String)
    }

    /// A destination that the packet may get.
    struct Choice {
        let address: IPAddress
        let port: UInt16?
        let conditions: [String]
    }

    /// How many destinations of a pool or map are followed.
    static let limit = 16

    private let translation: DestinationTranslation
    private let test: ConditionTest
    private let hook: NetfilterHook
    private let context: WalkContext

    init(_ translation: DestinationTranslation, _ test: ConditionTest, at hook: NetfilterHook, _ context: WalkContext) {
        self.translation = translation
        self.test = test
        self.hook = hook
        self.context = context
    }

    private var packet: Packet { test.view.packet }

    var result: Result {
        if translation.kind == .redirect {
            guard let address = ownAddress else { return .undecided("which address the in-interface has") }
            return choices([address], port(translation.ports.map { test.view.value(of: $0) }))
        }
        guard let operand = translation.addresses.first else {
            return choices([packet.destination], port(translation.ports.map { test.view.value(of: $0) }))
        }
        if case .mapped(let keys, let map) = operand { return mapped(keys, map) }
        let ends = translation.addresses.map { test.view.value(of: $0) }
        let addresses = ends.compactMap { end -> IPAddress? in
            guard case .bytes(let bytes) = end else { return nil }
            return IPAddress(networkBytes: Array(bytes.prefix(packet.family == .ip ? 4 : 16)))
        }
        guard addresses.count == ends.count, let first = addresses.first, let last = addresses.last else {
            return ends.contains(.absent) ? .nothing : .undecided(translation.words)
        }
        let ports = port(translation.ports.map { test.view.value(of: $0) })
        if translation.kind == .netmap { return choices([packet.destination.inPrefix(first, last)], ports) }
        guard let pool = IPAddress.range(first, last, limit: Self.limit) else {
            return .undecided("which address of \(first)-\(last) is taken")
        }
        return choices(pool, ports)
    }

    /// Where `redirect` leads (`nf_nat_redirect_ipv4` and `_ipv6`): the loopback address for the host's own packets, else
    /// the first one of the in-interface; nil where that is not known.
    private var ownAddress: IPAddress? {
        if hook == .output { return packet.family == .ip ? .v4(0x7F00_0001) : .v6(high: 0, low: 1) }
        guard case .link(let index, _) = packet.inInterface else { return nil }
        return context.host?.firstAddress(on: index, packet.family)
    }

    private enum Port {
        case known(UInt16?)
        case absent
        case unknown
    }

    /// The port that the kernel gives (`nf_nat_l4proto_unique_tuple`): the packet's own where it lies in the range, else
    /// the first of the range; any where it is drawn.
    private func port(_ ends: [Known]) -> Port {
        if ends.isEmpty { return .known(packet.destinationPort) }
        if ends.contains(.absent) { return .absent }
        let numbers = ends.compactMap { end -> UInt16? in
            guard case .bytes(let bytes) = end, bytes.count >= 2 else { return nil }
            return UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        }
        guard numbers.count == ends.count, let first = numbers.first, let last = numbers.last else { return .unknown }
        if first >= last { return .known(first) }
        if translation.isRandom { return .known(nil) }
        guard let port = packet.destinationPort else { return .known(nil) }
        return .known(first...last ~= port ? port : first)
    }

    private func choices(_ addresses: [IPAddress], _ port: Port) -> Result {
        switch port {
        case .absent: .nothing
        case .unknown: choices(addresses.map { ($0, nil) })
        case .known(let port): choices(addresses.map { ($0, port) })
        }
    }

    private func choices(_ endpoints: [(IPAddress, UInt16?)]) -> Result {
        .choices(
            endpoints.map { address, port in
                Choice(
                    address: address,
                    port: port,
                    conditions: endpoints.count > 1 ? ["the destination becomes \(address)"] : []
                )
            }
        )
    }

    /// What a map holds for its key, or, where the key is not known, everything that it holds.
    private func mapped(_ keys: [Operand], _ map: KernelName) -> Result {
        let values: [[UInt8]]
        switch test.view.look(up: keys, in: map) {
        case .missing, .absent: return .nothing
        case .found(let element): values = [element.data].compactMap { $0 }
        case .unknown: values = test.sets(map).map { $0.isOpen ? [] : $0.elements.compactMap(\.data) } ?? []
        }
        let width = packet.family == .ip ? 4 : 16
        var seen: Set<[UInt8]> = []
        let endpoints = values.filter { seen.insert($0).inserted }.flatMap { value -> [(IPAddress, UInt16?)] in
            let ports = translation.ports.map { operand -> Known in
                // An address and a port in one value stand one behind the other.
                if case .part(.mapped(_, map), let offset) = operand { return .bytes(Array(value.dropFirst(offset))) }
                return test.view.value(of: operand)
            }
            var known: UInt16?
            if case .known(let port) = port(ports) { known = port }
            return addresses(in: value, width).map { ($0, known) }
        }
        guard !endpoints.isEmpty, endpoints.count <= Self.limit else {
            return .undecided("what map \(map) holds for \(keys.map(NftText.words(for:)).joined(separator: " . "))")
        }
        return choices(endpoints)
    }

    /// The addresses that a map's value stands for: one, or those of a pool; none where they are too many.
    private func addresses(in value: [UInt8], _ width: Int) -> [IPAddress] {
        // Of an address and a port in one value, the last address is the first one.
        guard translation.addresses.count > 1, translation.addresses[0] != translation.addresses[1],
            let (first, last) = IPAddress.ends(value, packet.family)
        else {
            return [IPAddress(networkBytes: Array(value.prefix(width)))].compactMap { $0 }
        }
        if translation.kind == .netmap { return [packet.destination.inPrefix(first, last)] }
        return IPAddress.range(first, last, limit: Self.limit) ?? []
    }
}

extension IPAddress {
    /// The first and the last address that stand one behind the other in a map's value; nil where it is no such value.
    static func ends(_ value: [UInt8], _ family: AddressFamily) -> (IPAddress, IPAddress)? {
        let width = family.bitWidth / 8
        guard value.count == 2 * width, let first = IPAddress(networkBytes: value.prefix(width)),
            let last = IPAddress(networkBytes: value.suffix(width))
        else { return nil }
        return (first, last)
    }

    /// The addresses from the first to the last; nil where there are more than `limit`.
    static func range(_ first: IPAddress, _ last: IPAddress, limit: Int) -> [IPAddress]? {
        switch (first, last) {
        case (.v4(let low), .v4(let high)):
            guard low <= high, high - low < UInt32(limit) else { return nil }
            return (low...high).map { .v4($0) }
        case (.v6(let high, let low), .v6(let other, let end)) where other == high:
            guard low <= end, end - low < UInt64(limit) else { return nil }
            return (low...end).map { .v6(high: high, low: $0) }
        default: return nil
        }
    }

    /// The address moved into the prefix that two ends stand for (NF_NAT_RANGE_NETMAP): `(address & ~m) | (first & m)`,
    /// where m has the bits that the ends share.
    func inPrefix(_ first: IPAddress, _ last: IPAddress) -> IPAddress {
        switch (first, last, self) {
        case (.v4(let low), .v4(let high), .v4(let value)):
            let mask = ~(low ^ high)
            return .v4(value & ~mask | low & mask)
        case (.v6(let high1, let low1), .v6(let high2, let low2), .v6(let high, let low)):
            let mask = (~(high1 ^ high2), ~(low1 ^ low2))
            return .v6(high: high & ~mask.0 | high1 & mask.0, low: low & ~mask.1 | low1 & mask.1)
        default: return self
        }
    }
}
