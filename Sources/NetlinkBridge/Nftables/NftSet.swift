internal import CShims

/// A set or map of nf_tables (NFTA_SET_*) with its elements.
public struct NftSet: Hashable, Sendable {
    /// The family of the set's table.
    public let family: NftFamily
    /// The name of the set's table.
    public let table: KernelName
    /// The set's name; the kernel numbers the names of anonymous ones (`__set0`).
    public let name: KernelName
    /// NFT_SET_*: 1 anonymous, 2 constant, 4 interval, 8 map, 0x10 timeout, 0x20 evaluated, 0x40 object, 0x80 concatenation.
    public let flags: UInt32
    /// nft's number for the key's type; the kernel does not look at it.
    public let keyType: UInt32
    /// The key's length in bytes.
    public let keyLength: UInt32
    /// nft's number for the data's type, 0xffffff00 for verdicts; nil for a set.
    public let dataType: UInt32?
    /// The data's length in bytes; nil for a set.
    public let dataLength: UInt32?
    /// The lengths in bytes of a concatenation's fields, each of which begins on a word; empty where there is one field.
    public var fieldLengths: [UInt32] = []
    /// How many elements the set may have; nil where there is no bound.
    public var size: UInt32?
    /// The kind of the objects that a map holds (NFT_OBJECT_*); nil where it holds none.
    public var objectType: UInt32?
    /// Tells whether a rule adds elements or takes them out: then the dump shows one moment only.
    public var isChangedByRules = false
    private var contents = Contents.read([])

    private enum Contents: Hashable, Sendable {
        case read([Element])
        case pending(PendingElements)
    }

    /// The elements, in the order of the dump; none where they are not known.
    public var elements: [Element] {
        get { knownElements ?? [] }
        set { contents = .read(newValue) }
    }

    /// The elements; nil where they were to be read when they are asked for, and could not be any more.
    public var knownElements: [Element]? {
        switch contents {
        case .read(let elements): elements
        case .pending(let pending): pending.elements
        }
    }

    /// Tells whether the elements are read only when they are asked for.
    public var arePending: Bool { if case .pending = contents { true } else { false } }

    /// Tells whether it may hold other elements than those that are known.
    public var isOpen: Bool { isChangedByRules || knownElements == nil }

    /// One element, or for an interval set one end of an interval.
    public struct Element: Hashable, Sendable {
        /// The key; empty for the element that stands for all others.
        public let key: [UInt8]
        /// The end of a range of keys (concatenations with intervals); nil elsewhere.
        public let keyEnd: [UInt8]?
        /// The value in a map of data.
        public let data: [UInt8]?
        /// The value in a map of verdicts.
        public let verdict: NftVerdict?
        /// NFT_SET_ELEM_*: 1 the end of an interval (exclusive), 2 the element for all others.
        public let flags: UInt32
        /// How long it lives from its last renewal, in milliseconds; nil where it stays for good, or the set says it.
        public var timeout: UInt64?
        /// What the element itself asks of a packet that finds it, and counts: `limit`, `quota`, `counter`.
        public var expressions: [NftExpression] = []
    }
}

extension NftSet {
    init(
        family: NftFamily,
        table: KernelName,
        name: KernelName,
        flags: UInt32,
        keyType: UInt32,
        keyLength: UInt32,
        dataType: UInt32?,
        dataLength: UInt32?,
        fieldLengths: [UInt32] = [],
        size: UInt32? = nil,
        objectType: UInt32? = nil,
        elements: [Element] = []
    ) {
        self.family = family
        self.table = table
        self.name = name
        self.flags = flags
        self.keyType = keyType
        self.keyLength = keyLength
        self.dataType = dataType
        self.dataLength = dataLength
        self.fieldLengths = fieldLengths
        self.size = size
        self.objectType = objectType
        contents = .read(elements)
    }
}

extension NftSet {
    /// Tells whether it is one of the maps by which rules choose chains and of which a large node has thousands: anonymous,
    /// of verdicts, and with a key that is said to be neither an address nor a concatenation.
    var isChoice: Bool {
        // NFT_SET_ANONYMOUS and NFT_SET_CONCAT, NFT_DATA_VERDICT; 7 and 8 are nft's numbers for addresses.
        flags & 0x81 == 1 && dataType == 0xFFFF_FF00 && keyLength <= 4 && (1..<64).contains(keyType)
            && keyType != 7 && keyType != 8
    }

    /// Tells whether a rule might change it, as far as the set itself shows (nft_dynset_init in net/netfilter/nft_dynset.c):
    /// neither a constant one (NFT_SET_CONSTANT), nor one of intervals, nor a map of verdicts.
    var mayBeChangedByRules: Bool { flags & 6 == 0 && dataType != 0xFFFF_FF00 }

    /// Leaves the elements to be read when they are asked for.
    mutating func leave(to read: @escaping @Sendable (NftRuleset.SetPlace) -> [Element]?) {
        contents = .pending(PendingElements(of: place, read))
    }

    /// Where it is kept.
    var place: NftRuleset.SetPlace { NftRuleset.SetPlace(family: family, table: table, name: name) }

    /// Decodes the payload of an NFT_MSG_NEWSET message; the elements come with others.
    init(decoding payload: Span<UInt8>) throws(DecodingError) {
        let (family, rest) = try NftFamily.read(from: payload)
        let fields = try AttributeFields(payload.extracting(rest))
        self.init(
            family: family,
            table: fields.name(NFTA_SET_TABLE.rawValue) ?? "",
            name: fields.name(NFTA_SET_NAME.rawValue) ?? "",
            flags: fields.number(NFTA_SET_FLAGS.rawValue) ?? 0,
            keyType: fields.number(NFTA_SET_KEY_TYPE.rawValue) ?? 0,
            keyLength: fields.number(NFTA_SET_KEY_LEN.rawValue) ?? 0,
            dataType: fields.number(NFTA_SET_DATA_TYPE.rawValue),
            dataLength: fields.number(NFTA_SET_DATA_LEN.rawValue),
            fieldLengths: try fields[NFTA_SET_DESC.rawValue].map(Self.fieldLengths) ?? [],
            size: fields.nested(NFTA_SET_DESC.rawValue)?.number(NFTA_SET_DESC_SIZE.rawValue),
            objectType: fields.number(NFTA_SET_OBJ_TYPE.rawValue)
        )
    }

    /// Reads NFTA_SET_DESC_CONCAT: a list of fields, whose lengths the kernel has in bytes.
    private static func fieldLengths(_ description: [UInt8]) throws(DecodingError) -> [UInt32] {
        guard let fields = try AttributeFields(description.span)[NFTA_SET_DESC_CONCAT.rawValue] else { return [] }
        var lengths: [UInt32] = []
        try Attributes.forEach(in: fields.span) { (_, field) throws(DecodingError) in
            guard let length: UInt32 = try AttributeFields(field).number(NFTA_SET_FIELD_LEN.rawValue) else {
                throw DecodingError(what: "a field of a set without a length", offset: 0)
            }
            lengths.append(length)
        }
        return lengths
    }

    /// Decodes the payload of an NFT_MSG_NEWSETELEM message.
    static func elements(decoding payload: Span<UInt8>) throws(DecodingError) -> [Element] {
        let (_, rest) = try NftFamily.read(from: payload)
        var elements: [Element] = []
        try Attributes.forEach(in: payload.extracting(rest)) { (type, list) throws(DecodingError) in
            guard UInt32(type) == NFTA_SET_ELEM_LIST_ELEMENTS.rawValue else { return }
            try Attributes.forEach(in: list) { (_, element) throws(DecodingError) in
                elements.append(try Element(decoding: element))
            }
        }
        return elements
    }
}

extension NftSet.Element {
    init(decoding bytes: Span<UInt8>) throws(DecodingError) {
        let fields = try AttributeFields(bytes)
        let value = { (type: UInt32) in fields.nested(type)?[NFTA_DATA_VALUE.rawValue] }
        key = value(NFTA_SET_ELEM_KEY.rawValue) ?? []
        keyEnd = value(NFTA_SET_ELEM_KEY_END.rawValue)
        data = value(NFTA_SET_ELEM_DATA.rawValue)
        verdict = fields.nested(NFTA_SET_ELEM_DATA.rawValue)?.verdict
        flags = fields.number(NFTA_SET_ELEM_FLAGS.rawValue) ?? 0
        timeout = fields.number(NFTA_SET_ELEM_TIMEOUT.rawValue).flatMap { $0 == 0 ? nil : $0 }
        // What cannot be read may be a condition: it stays as one that is not known.
        expressions =
            fields.expressions(one: NFTA_SET_ELEM_EXPR.rawValue, list: NFTA_SET_ELEM_EXPRESSIONS.rawValue)
            ?? [.other(name: "expression", attributes: [])]
    }
}
