internal import CShims

/// Tables, chains, sets and rules of nf_tables (linux/netfilter/nf_tables.h).
extension LogRewriter {
    mutating func nftMessage(_ type: UInt32, _ range: Range<Int>) throws(DecodingError) {
        guard range.count >= 4 else { return blank(range) }
        let family = NftFamily(rawValue: bytes[range.lowerBound])
        let fields = range.after(4)
        switch type {
        case NFT_MSG_NEWTABLE.rawValue, NFT_MSG_GETTABLE.rawValue:
            try nftFields(fields, names: [NFTA_TABLE_NAME.rawValue], userData: NFTA_TABLE_USERDATA.rawValue)
        case NFT_MSG_NEWCHAIN.rawValue, NFT_MSG_GETCHAIN.rawValue: try chain(fields)
        case NFT_MSG_NEWRULE.rawValue, NFT_MSG_GETRULE.rawValue:
            let names = [NFTA_RULE_TABLE.rawValue, NFTA_RULE_CHAIN.rawValue]
            let program = try attribute(NFTA_RULE_EXPRESSIONS.rawValue, in: fields)
            let table = try attribute(NFTA_RULE_TABLE.rawValue, in: fields).map { KernelName(bytes: bytes[$0]) } ?? ""
            if let program { try expressions(program, family, table) }
            try nftFields(
                fields,
                names: names,
                userData: NFTA_RULE_USERDATA.rawValue,
                done: [NFTA_RULE_EXPRESSIONS.rawValue, NFTA_RULE_COMPAT.rawValue]
            )
        case NFT_MSG_NEWSET.rawValue, NFT_MSG_GETSET.rawValue: try set(fields, family)
        case NFT_MSG_NEWSETELEM.rawValue, NFT_MSG_GETSETELEM.rawValue: try elements(fields, family)
        case NFT_MSG_NEWGEN.rawValue, NFT_MSG_GETGEN.rawValue:
            // A number, and who made it, which is a name.
            for (type, place) in try attributes(fields) where type != Int(NFTA_GEN_ID.rawValue) { blank(place) }
        default: try blankAttributes(fields)
        }
    }

    /// Rewrites names and user data, and blanks what is neither these nor a number nor done already.
    private mutating func nftFields(
        _ range: Range<Int>,
        names: [UInt32],
        userData: UInt32,
        done: [UInt32] = []
    ) throws(DecodingError) {
        for (type, place) in try attributes(range) {
            if names.contains(UInt32(type)) {
                name(at: place)
            } else if type == Int(userData) {
                self.userData(place)
            } else if place.count > 8, !done.contains(UInt32(type)) {
                blank(place)
            }
        }
    }

    /// Comments are rewritten; what else nft keeps there is blanked.
    private mutating func userData(_ range: Range<Int>) {
        var offset = range.lowerBound
        while offset + 2 <= range.upperBound {
            let (type, length) = (bytes[offset], Int(bytes[offset + 1]))
            guard length <= range.upperBound - offset - 2 else { return blank(offset..<range.upperBound) }
            let value = (offset + 2)..<(offset + 2 + length)
            if type == 0 { freeText(at: value) } else { blank(value) }
            offset = value.upperBound
        }
    }

    private mutating func chain(_ range: Range<Int>) throws(DecodingError) {
        if let hook = try attribute(NFTA_CHAIN_HOOK.rawValue, in: range) {
            for (type, place) in try attributes(hook) {
                if type == Int(NFTA_HOOK_DEV.rawValue) { name(at: place) }
                guard type == Int(NFTA_HOOK_DEVS.rawValue) else { continue }
                for device in try attributes(place) { name(at: device.range) }
            }
        }
        try nftFields(
            range,
            names: [NFTA_CHAIN_TABLE.rawValue, NFTA_CHAIN_NAME.rawValue, NFTA_CHAIN_TYPE.rawValue],
            userData: NFTA_CHAIN_USERDATA.rawValue,
            done: [NFTA_CHAIN_HOOK.rawValue]
        )
    }

    private mutating func set(_ range: Range<Int>, _ family: NftFamily) throws(DecodingError) {
        let found = try NftSet(decoding: bytes.span.extracting((range.lowerBound - 4)..<range.upperBound))
        sets[found.place] = SetTypes(key: found.keyType, data: found.dataType ?? 0)
        for list in [NFTA_SET_EXPR.rawValue, NFTA_SET_EXPRESSIONS.rawValue] {
            // Counters, limits and timeouts for each element, which say nothing of a packet.
            if let place = try attribute(list, in: range) { blank(place) }
        }
        try nftFields(
            range,
            names: [NFTA_SET_TABLE.rawValue, NFTA_SET_NAME.rawValue],
            userData: .max,
            done: [NFTA_SET_DESC.rawValue]
        )
    }

    private mutating func elements(_ range: Range<Int>, _ family: NftFamily) throws(DecodingError) {
        let tablePlace = try attribute(NFTA_SET_ELEM_LIST_TABLE.rawValue, in: range)
        let namePlace = try attribute(NFTA_SET_ELEM_LIST_SET.rawValue, in: range)
        guard let tablePlace, let namePlace else { return try blankAttributes(range) }
        let table = KernelName(bytes: bytes[tablePlace])
        let place = NftRuleset.SetPlace(family: family, table: table, name: KernelName(bytes: bytes[namePlace]))
        if let list = try attribute(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue, in: range) {
            var elements: [SetElement] = []
            for (_, element) in try attributes(list) { elements.append(try setElement(element, family, table)) }
            setKeys(elements, sets[place]?.key ?? 0)
            for element in elements {
                if let data = element.data { values(data, sets[place]?.data ?? 0) }
            }
        }
        name(at: tablePlace)
        name(at: namePlace)
    }

    /// Where the parts of an element are.
    struct SetElement {
        var key: Range<Int>?
        var keyEnd: Range<Int>?
        var data: Range<Int>?
        var isEnd = false
    }

    private mutating func setElement(_ range: Range<Int>, _ family: NftFamily, _ table: KernelName)
        throws(DecodingError)
        -> SetElement
    {
        var element = SetElement()
        for (type, place) in try attributes(range) {
            switch UInt32(type) {
            case NFTA_SET_ELEM_KEY.rawValue: element.key = try attribute(NFTA_DATA_VALUE.rawValue, in: place)
            case NFTA_SET_ELEM_KEY_END.rawValue: element.keyEnd = try attribute(NFTA_DATA_VALUE.rawValue, in: place)
            case NFTA_SET_ELEM_DATA.rawValue: element.data = try data(place)
            case NFTA_SET_ELEM_FLAGS.rawValue:
                element.isEnd = try bytes.span.network(UInt32.self, at: place.lowerBound) & 1 != 0
            case NFTA_SET_ELEM_OBJREF.rawValue: name(at: place)
            case NFTA_SET_ELEM_TIMEOUT.rawValue, NFTA_SET_ELEM_EXPIRATION.rawValue: break
            case NFTA_SET_ELEM_EXPR.rawValue: try expression(place, family, table, RuleRegisters())
            case NFTA_SET_ELEM_EXPRESSIONS.rawValue: try expressions(place, family, table)
            default: blank(place)
            }
        }
        return element
    }

    /// Where a value is that is no verdict, whose chain is rewritten.
    mutating func data(_ range: Range<Int>) throws(DecodingError) -> Range<Int>? {
        if let verdict = try attribute(NFTA_DATA_VERDICT.rawValue, in: range),
            let chain = try attribute(NFTA_VERDICT_CHAIN.rawValue, in: verdict)
        {
            name(at: chain)
        }
        return try attribute(NFTA_DATA_VALUE.rawValue, in: range)
    }
}
