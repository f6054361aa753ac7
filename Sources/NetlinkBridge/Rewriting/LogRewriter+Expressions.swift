internal import CShims

/// The expressions of rules.
extension LogRewriter {
    mutating func expressions(_ range: Range<Int>, _ family: NftFamily, _ table: KernelName) throws(DecodingError) {
        var registers = RuleRegisters()
        registers.network = family == .ip ? .ip : family == .ip6 ? .ip6 : nil
        for (type, element) in try attributes(range) {
            if type == Int(NFTA_LIST_ELEM.rawValue) {
                registers = try expression(element, family, table, registers)
            } else {
                blank(element)
            }
        }
        // What nothing that is understood has used may be an address.
        for place in registers.values.values where place.count >= 4 { blank(place) }
    }

    /// Rewrites an expression; returns what the registers hold then.
    @discardableResult
    mutating func expression(
        _ range: Range<Int>,
        _ family: NftFamily,
        _ table: KernelName,
        _ before: RuleRegisters
    ) throws(DecodingError) -> RuleRegisters {
        var registers = before
        guard let namePlace = try attribute(NFTA_EXPR_NAME.rawValue, in: range) else { return registers }
        guard let data = try attribute(NFTA_EXPR_DATA.rawValue, in: range) else { return registers }
        let name = KernelName(bytes: bytes[namePlace])
        switch name {
        case "payload": try payload(data, family, &registers)
        case "meta": try meta(data, &registers)
        case "ct": try conntrack(data, &registers)
        case "rt", "xfrm", "fib", "socket", "numgen", "hash", "osf", "tunnel", "exthdr":
            try otherLoad(name, data, &registers)
        case "cmp": try compare(data, &registers)
        case "range": try rangeTest(data, &registers)
        case "bitwise": try bitwise(data, &registers)
        case "byteorder":
            if let into = try register(NFTA_BYTEORDER_DREG.rawValue, in: data) {
                registers.loads[into] = try register(NFTA_BYTEORDER_SREG.rawValue, in: data).flatMap {
                    registers.loads[$0]
                }
            }
        case "immediate": try immediate(data, &registers)
        case "lookup": try lookup(data, family, table, &registers)
        case "nat": try translation(data, &registers)
        case "tproxy", "dup", "fwd": try redirection(name, data, &registers)
        case "masq", "redir", "queue", "counter", "limit", "quota", "connlimit", "last", "notrack", "reject": break
        case "log":
            if let prefix = try attribute(NFTA_LOG_PREFIX.rawValue, in: data) { freeText(at: prefix) }
        case "objref":
            for type in [NFTA_OBJREF_IMM_NAME.rawValue, NFTA_OBJREF_SET_NAME.rawValue] {
                if let place = try attribute(type, in: data) { self.name(at: place) }
            }
        case "dynset":
            if let place = try attribute(NFTA_DYNSET_SET_NAME.rawValue, in: data) { self.name(at: place) }
        case "match", "target": try compatible(data, family, isTarget: name == "target")
        default: try blankAttributes(data)
        }
        return registers
    }

    func register(_ type: UInt32, in range: Range<Int>) throws(DecodingError) -> Int? {
        try number(type, in: range).flatMap { NftRegister(number: $0) }?.word
    }

    private mutating func payload(_ range: Range<Int>, _ family: NftFamily, _ registers: inout RuleRegisters)
        throws(DecodingError)
    {
        guard let base = try number(NFTA_PAYLOAD_BASE.rawValue, in: range),
            let offset = try number(NFTA_PAYLOAD_OFFSET.rawValue, in: range),
            let length = try number(NFTA_PAYLOAD_LEN.rawValue, in: range), offset < 1 << 16, length < 1 << 16
        else { return }
        let load = registers.load(base: base, offset: offset, length: length, isARP: family == .arp)
        if let into = try register(NFTA_PAYLOAD_DREG.rawValue, in: range) { registers.loads[into] = load }
        if let from = try register(NFTA_PAYLOAD_SREG.rawValue, in: range),
            let place = registers.values.removeValue(forKey: from)
        {
            value(place, load)
        }
    }

    private func meta(_ range: Range<Int>, _ registers: inout RuleRegisters) throws(DecodingError) {
        // A value that is set is a mark or another number.
        if let from = try register(NFTA_META_SREG.rawValue, in: range) { registers.values[from] = nil }
        guard let into = try register(NFTA_META_DREG.rawValue, in: range) else { return }
        let key = NftMetaKey(rawValue: try number(NFTA_META_KEY.rawValue, in: range) ?? .max)
        switch key {
        case .inInterfaceName, .outInterfaceName: registers.loads[into] = .name
        case .family, .etherType: registers.loads[into] = .networkProtocol
        default: registers.loads[into] = key.byteCount == 16 ? .name : .other
        }
    }

    private func conntrack(_ range: Range<Int>, _ registers: inout RuleRegisters) throws(DecodingError) {
        if let from = try register(NFTA_CT_SREG.rawValue, in: range) { registers.values[from] = nil }
        guard let into = try register(NFTA_CT_DREG.rawValue, in: range) else { return }
        switch try number(NFTA_CT_KEY.rawValue, in: range) {
        case UInt32(NFT_CT_SRC.rawValue)?, UInt32(NFT_CT_DST.rawValue)?:
            registers.loads[into] = registers.network.map { .address($0, mask: nil) }
        case UInt32(NFT_CT_SRC_IP.rawValue)?, UInt32(NFT_CT_DST_IP.rawValue)?:
            registers.loads[into] = .address(.ip, mask: nil)
        case UInt32(NFT_CT_SRC_IP6.rawValue)?, UInt32(NFT_CT_DST_IP6.rawValue)?:
            registers.loads[into] = .address(.ip6, mask: nil)
        case UInt32(NFT_CT_HELPER.rawValue)?: registers.loads[into] = .name
        default: registers.loads[into] = .other
        }
    }

    /// Loads of which few hold an address.
    private func otherLoad(_ name: KernelName, _ range: Range<Int>, _ registers: inout RuleRegisters)
        throws(DecodingError)
    {
        let place =
            switch name {
            case "hash": NFTA_HASH_DREG.rawValue
            case "socket": NFTA_SOCKET_DREG.rawValue
            case "tunnel": NFTA_TUNNEL_DREG.rawValue
            // The register is the first attribute of the others.
            default: UInt32(1)
            }
        guard let into = try register(place, in: range) else { return }
        registers.loads[into] = .other
        let key = try number(UInt32(2), in: range)
        switch (name, key) {
        case ("rt", UInt32(NFT_RT_NEXTHOP4.rawValue)?): registers.loads[into] = .address(.ip, mask: nil)
        case ("rt", UInt32(NFT_RT_NEXTHOP6.rawValue)?): registers.loads[into] = .address(.ip6, mask: nil)
        case ("xfrm", UInt32(NFT_XFRM_KEY_DADDR_IP4.rawValue)?), ("xfrm", UInt32(NFT_XFRM_KEY_SADDR_IP4.rawValue)?):
            registers.loads[into] = .address(.ip, mask: nil)
        case ("xfrm", UInt32(NFT_XFRM_KEY_DADDR_IP6.rawValue)?), ("xfrm", UInt32(NFT_XFRM_KEY_SADDR_IP6.rawValue)?):
            registers.loads[into] = .address(.ip6, mask: nil)
        case ("fib", UInt32(NFT_FIB_RESULT_OIFNAME.rawValue)?), ("osf", _): registers.loads[into] = .name
        // Options and routing headers may hold addresses.
        case ("exthdr", _): registers.loads[into] = nil
        default: break
        }
    }
}
