internal import CShims

extension NftExpression {
    /// Decodes NFTA_RULE_EXPRESSIONS: a list of NFTA_LIST_ELEM, each with a name and attributes of its own.
    ///
    /// What is nested in another expression changes no sets itself, so that nesting ends there.
    static func list(in bytes: Span<UInt8>, isNested: Bool = false) throws(DecodingError) -> [NftExpression] {
        var expressions: [NftExpression] = []
        try Attributes.forEach(in: bytes) { (type, element) throws(DecodingError) in
            guard UInt32(type) == NFTA_LIST_ELEM.rawValue else { return }
            expressions.append(try NftExpression(element: element, isNested: isNested))
        }
        return expressions
    }

    /// Decodes one element of such a list.
    init(element: Span<UInt8>, isNested: Bool) throws(DecodingError) {
        let name = try Attributes.range(of: NFTA_EXPR_NAME.rawValue, in: element) ?? 0..<0
        let data = try Attributes.range(of: NFTA_EXPR_DATA.rawValue, in: element) ?? 0..<0
        try self.init(
            named: KernelName(bytes: element.extracting(name)),
            element.extracting(data),
            isNested: isNested
        )
    }

    private init(named name: KernelName, _ bytes: Span<UInt8>, isNested: Bool) throws(DecodingError) {
        let fields = try AttributeFields(bytes)
        let decoded: NftExpression? =
            switch name {
            case "payload": fields.payload
            case "meta": fields.meta
            case "ct": fields.conntrack
            case "cmp": fields.compare
            case "range": fields.range
            case "bitwise": fields.bitwise
            case "byteorder": fields.byteOrder
            case "immediate": fields.immediate
            case "lookup": fields.lookup
            case "nat": fields.nat
            case "masq": .masquerade(fields.portTranslation(.masquerade))
            case "redir": .redirect(fields.portTranslation(.redirect))
            case "fib": fields.fib
            case "socket": fields.socket
            case "numgen": fields.numberGenerator
            case "hash": fields.hash
            case "limit": fields.limit
            case "reject": fields.reject
            case "log": fields.log
            case "objref": fields.object
            case "counter": fields.counter
            case "dynset": isNested ? nil : fields.setUpdate
            case "quota": fields.quota
            case "connlimit": fields.connectionLimit
            case "exthdr": fields.headerOption
            case "rt": fields.routeProperty
            case "xfrm": fields.transformation
            case "tunnel": fields.tunnel
            case "osf": fields.fingerprint
            case "match": fields.xtExtension.map(NftExpression.match)
            case "target": fields.xtExtension.map(NftExpression.target)
            default: nil
            }
        // A name tells a load from a change for all others; exthdr is both.
        let isSet = name == "exthdr" && fields[NFTA_EXTHDR_SREG.rawValue] != nil
        self = decoded ?? .other(name: isSet ? "exthdr set" : name, attributes: bytes.array)
    }
}
