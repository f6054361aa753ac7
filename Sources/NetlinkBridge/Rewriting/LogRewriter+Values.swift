internal import CShims

/// Values that rules compare with, and that they put into packets.
extension LogRewriter {
    mutating func compare(_ range: Range<Int>, _ registers: inout RuleRegisters) throws(DecodingError) {
        guard let from = try register(NFTA_CMP_SREG.rawValue, in: range),
            let data = try attribute(NFTA_CMP_DATA.rawValue, in: range),
            let place = try attribute(NFTA_DATA_VALUE.rawValue, in: data)
        else { return }
        if case .networkProtocol? = registers.loads[from], try number(NFTA_CMP_OP.rawValue, in: range) == 0 {
            // NFPROTO_* in one byte, or an EtherType in two.
            switch Array(bytes[place]) {
            case [2], [0x08, 0x00]: registers.network = .ip
            case [10], [0x86, 0xDD]: registers.network = .ip6
            default: break
            }
        }
        value(place, registers.loads[from])
    }

    mutating func rangeTest(_ range: Range<Int>, _ registers: inout RuleRegisters) throws(DecodingError) {
        guard let from = try register(NFTA_RANGE_SREG.rawValue, in: range),
            let low = try attribute(NFTA_RANGE_FROM_DATA.rawValue, in: range),
            let high = try attribute(NFTA_RANGE_TO_DATA.rawValue, in: range),
            let first = try attribute(NFTA_DATA_VALUE.rawValue, in: low),
            let last = try attribute(NFTA_DATA_VALUE.rawValue, in: high)
        else { return }
        if case .address(let family, nil)? = registers.loads[from], first.count == family.bitWidth / 8 {
            span(first, last)
        } else {
            value(first, registers.loads[from])
            value(last, registers.loads[from])
        }
    }

    mutating func bitwise(_ range: Range<Int>, _ registers: inout RuleRegisters) throws(DecodingError) {
        guard let from = try register(NFTA_BITWISE_SREG.rawValue, in: range),
            let into = try register(NFTA_BITWISE_DREG.rawValue, in: range)
        else { return }
        let load = registers.loads[from]
        let mask = try attribute(NFTA_BITWISE_MASK.rawValue, in: range).flatMap { (place) throws(DecodingError) in
            try attribute(NFTA_DATA_VALUE.rawValue, in: place)
        }
        guard case .address(let family, nil)? = load else {
            registers.loads[into] = load
            return
        }
        registers.loads[into] = mask.map { .address(family, mask: Array(bytes[$0])) }
    }

    mutating func immediate(_ range: Range<Int>, _ registers: inout RuleRegisters) throws(DecodingError) {
        guard let into = try register(NFTA_IMMEDIATE_DREG.rawValue, in: range),
            let data = try attribute(NFTA_IMMEDIATE_DATA.rawValue, in: range)
        else { return }
        let place = try self.data(data)
        guard into != NftRegister.verdict.word else { return }
        // One that nothing used is not used any more.
        if let unused = registers.values[into], unused.count >= 4 { blank(unused) }
        registers.values[into] = place
    }

    mutating func lookup(
        _ range: Range<Int>,
        _ family: NftFamily,
        _ table: KernelName,
        _ registers: inout RuleRegisters
    ) throws(DecodingError) {
        guard let place = try attribute(NFTA_LOOKUP_SET.rawValue, in: range) else { return }
        if let into = try register(NFTA_LOOKUP_DREG.rawValue, in: range) {
            let set = NftRuleset.SetPlace(family: family, table: table, name: KernelName(bytes: bytes[place]))
            switch sets[set]?.data {
            case 7?: registers.loads[into] = .address(.ip, mask: nil)
            case 8?: registers.loads[into] = .address(.ip6, mask: nil)
            default: registers.loads[into] = nil
            }
            registers.values[into] = nil
        }
        name(at: place)
    }

    mutating func translation(_ range: Range<Int>, _ registers: inout RuleRegisters) throws(DecodingError) {
        let low = try register(NFTA_NAT_REG_ADDR_MIN.rawValue, in: range)
        let high = try register(NFTA_NAT_REG_ADDR_MAX.rawValue, in: range)
        let first = low.flatMap { registers.values.removeValue(forKey: $0) }
        let last = high.flatMap { registers.values.removeValue(forKey: $0) }
        if let first, let last { span(first, last) } else if let place = first ?? last { address(at: place) }
        for type in [NFTA_NAT_REG_PROTO_MIN.rawValue, NFTA_NAT_REG_PROTO_MAX.rawValue] {
            if let register = try register(type, in: range) { registers.values[register] = nil }
        }
    }

    /// Where packets are led besides: the address is in a register.
    mutating func redirection(_ name: KernelName, _ range: Range<Int>, _ registers: inout RuleRegisters)
        throws(DecodingError)
    {
        let type =
            switch name {
            case "tproxy": NFTA_TPROXY_REG_ADDR.rawValue
            case "dup": NFTA_DUP_SREG_ADDR.rawValue
            default: NFTA_FWD_SREG_ADDR.rawValue
            }
        guard let register = try register(type, in: range), let place = registers.values.removeValue(forKey: register)
        else { return }
        address(at: place)
    }

    mutating func compatible(_ range: Range<Int>, _ family: NftFamily, isTarget: Bool) throws(DecodingError) {
        // The same numbers for matches and targets: the name, the revision, the structure.
        guard let name = try attribute(NFTA_TARGET_NAME.rawValue, in: range),
            let info = try attribute(NFTA_TARGET_INFO.rawValue, in: range)
        else { return }
        let revision = UInt8(truncatingIfNeeded: try number(NFTA_TARGET_REV.rawValue, in: range) ?? 0)
        guard family == .ip || family == .ip6 else { return blank(info) }
        let kind = KernelName(bytes: bytes[name])
        xtExtension(kind, revision, info, family == .ip ? .ip : .ip6, isTarget: isTarget)
    }

    /// Rewrites a value that is compared with, or put in the place of, what a register holds.
    mutating func value(_ range: Range<Int>, _ load: RuleRegisters.Load?) {
        switch load {
        case .address(let family, let mask)?: address(range, family, mask)
        case .addresses(let family)?:
            let width = family.bitWidth / 8
            for start in stride(from: range.lowerBound, to: range.upperBound, by: width) {
                address(at: start..<min(start + width, range.upperBound))
            }
        case .hardware?:
            for start in stride(from: range.lowerBound, to: range.upperBound, by: 6) {
                let place = start..<min(start + 6, range.upperBound)
                put(rewriting.hardware(Array(bytes[place])), at: place)
            }
        case .name?: name(at: range)
        case .networkProtocol?, .other?: break
        case nil: if range.count >= 4 { blank(range) }
        }
    }

    /// An address, or its beginning, which is a prefix, under a mask where there is one.
    private mutating func address(_ range: Range<Int>, _ family: AddressFamily, _ mask: [UInt8]?) {
        let width = family.bitWidth / 8
        let padding = [UInt8](repeating: 0, count: max(0, width - range.count))
        guard range.count <= width, let whole = IPAddress(networkBytes: bytes[range] + padding) else {
            return blank(range)
        }
        let ones = mask ?? [UInt8](repeating: 0xFF, count: range.count)
        guard ones.count == range.count, let bits = IPAddress(networkBytes: ones + padding),
            let length = XtMaskedAddress(address: whole, mask: bits).prefixLength
        else {
            let image = rewriting.address(whole).networkBytes
            return put(zip(image, ones).map { $0 & $1 }, at: range)
        }
        guard length < family.bitWidth, let prefix = Prefix(whole, length: length) else { return address(at: range) }
        put(Array(rewriting.prefix(prefix).address.networkBytes.prefix(range.count)), at: range)
    }
}
