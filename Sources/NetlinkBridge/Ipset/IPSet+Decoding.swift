internal import CShims

/// One message of the answer to IPSET_CMD_LIST: the beginning of a set, or more of its elements.
struct IPSetMessage {
    /// The set's name.
    let name: KernelName
    /// The head, which the first message has.
    let head: IPSet?
    /// The elements in this message.
    let elements: [IPSet.Element]

    /// Decodes the payload: `struct nfgenmsg`, then attributes IPSET_ATTR_*, which are in network order.
    init(decoding payload: Span<UInt8>) throws(DecodingError) {
        let fields = try AttributeFields(payload.extracting(payload.rest(after: 4)))
        guard let name = fields.name(UInt32(IPSET_ATTR_SETNAME)) else {
            throw DecodingError(what: "an ipset without a name", offset: 4)
        }
        self.name = name
        if let typeName = fields.name(UInt32(IPSET_ATTR_TYPENAME)) {
            let family: UInt8 = fields.number(UInt32(IPSET_ATTR_FAMILY)) ?? 0
            let header = fields.nested(UInt32(IPSET_ATTR_DATA))
            head = IPSet(
                name: name,
                typeName: typeName,
                family: AddressFamily(kernelValue: family),
                netmask: try header.map(Self.netmask) ?? nil,
                elements: []
            )
        } else {
            head = nil
        }
        var elements: [IPSet.Element] = []
        if let list = fields[UInt32(IPSET_ATTR_ADT)] {
            try Attributes.forEach(in: list.span) { (type, element) throws(DecodingError) in
                guard UInt32(type) == UInt32(IPSET_ATTR_DATA) else { return }
                elements.append(try IPSet.Element(decoding: element))
            }
        }
        self.elements = elements
    }

    /// A `netmask` of hash types stands in an attribute of that name, that of bitmaps as a length of a prefix.
    private static func netmask(_ header: AttributeFields) throws(DecodingError) -> Int? {
        // A `bitmask` need not be a prefix: a set with one is not understood.
        guard header[bitmask] == nil else { throw DecodingError(what: "a bitmask of an ipset", offset: 4) }
        let length: UInt8? =
            header.number(UInt32(IPSET_ATTR_NETMASK)) ?? header.number(UInt32(IPSET_ATTR_CIDR))
        return length.map(Int.init)
    }

    /// IPSET_ATTR_BITMASK (Linux 6.2), which older headers do not have.
    private static let bitmask: UInt32 = 12
}

extension IPSet.Element {
    /// Decodes one IPSET_ATTR_DATA of a list of elements.
    init(decoding bytes: Span<UInt8>) throws(DecodingError) {
        let fields = try AttributeFields(bytes)
        first = try fields.block(UInt32(IPSET_ATTR_IP), length: UInt32(IPSET_ATTR_CIDR))
        second = try fields.block(UInt32(IPSET_ATTR_IP2), length: UInt32(IPSET_ATTR_CIDR2))
        port = fields.number(UInt32(IPSET_ATTR_PORT))
        transport = fields.number(UInt32(IPSET_ATTR_PROTO))
        interface = fields.name(UInt32(IPSET_ATTR_IFACE))
        member = fields.name(UInt32(IPSET_ATTR_NAME))
        flags = fields.number(UInt32(IPSET_ATTR_CADT_FLAGS)) ?? 0
    }
}

extension AttributeFields {
    /// An address, in an attribute of its own kind inside another, with the length of its block; nil where there is none.
    fileprivate func block(_ type: UInt32, length lengthType: UInt32) throws(DecodingError) -> Prefix? {
        guard let bytes = self[type] else { return nil }
        let inner = try AttributeFields(bytes.span)
        let four = inner[UInt32(IPSET_ATTR_IPADDR_IPV4)]
        guard let address = (four ?? inner[UInt32(IPSET_ATTR_IPADDR_IPV6)]).flatMap({ IPAddress(networkBytes: $0) })
        else { throw DecodingError(what: "no address in an element of an ipset", offset: 0) }
        let length: UInt8? = number(lengthType)
        guard let block = Prefix(address, length: length.map(Int.init) ?? address.bitWidth) else {
            throw DecodingError(what: "a block of a wrong length in an ipset", offset: 0)
        }
        return block
    }
}
