/// A set or map to be made (NFTA_SET_*), without elements.
public struct NftSetDeclaration: Hashable, Sendable {
    /// Its name.
    public let name: KernelName
    /// The types of the key's fields, in order.
    public let key: [Field]
    /// The types of the values' fields, in order; none for a set.
    public let data: [Field]
    /// NFT_SET_*: 4 interval, 0x10 timeout, 0x20 evaluated by rules; what follows from the types is added.
    public let flags: UInt32
    /// How many elements it may have; nil where there is no bound.
    public let size: UInt32?
    /// Milliseconds between the kernel's searches for expired elements; nil for its usual second, which nft wants for maps.
    public let collection: UInt32?

    /// The type of one value: nft's number, its word and its length in bytes.
    public enum Field: UInt32, Hashable, Sendable {
        /// An IPv4 address.
        case ipv4 = 7
        /// An IPv6 address.
        case ipv6 = 8
        /// A port.
        case port = 13

        /// How many bytes the value has.
        public var length: Int {
            switch self {
            case .ipv4: 4
            case .ipv6: 16
            case .port: 2
            }
        }

        /// nft's word for the type.
        public var word: String {
            switch self {
            case .ipv4: "ipv4_addr"
            case .ipv6: "ipv6_addr"
            case .port: "inet_service"
            }
        }
    }

    /// Declares a set, or a map where `data` is given.
    public init(
        _ name: KernelName,
        key: [Field],
        data: [Field] = [],
        flags: UInt32 = 0,
        size: UInt32? = nil,
        collection: UInt32? = nil
    ) {
        self.name = name
        self.key = key
        self.data = data
        self.flags = flags
        self.size = size
        self.collection = collection
    }

    /// nft's number for the key's type: six bits for each field.
    var keyType: UInt32 { key.typeNumber }

    /// The key's length in bytes.
    var keyLength: Int { key.byteCount }
}

extension [NftSetDeclaration.Field] {
    /// nft's number for their concatenation: six bits for each.
    var typeNumber: UInt32 { reduce(0) { $0 << 6 | $1.rawValue } }

    /// The length in bytes; in a concatenation each field fills whole words.
    var byteCount: Int { count == 1 ? self[0].length : reduce(0) { $0 + ($1.length + 3) / 4 * 4 } }
}

extension NftSet {
    /// A set that is declared, without elements.
    public init(_ declaration: NftSetDeclaration, family: NftFamily, table: KernelName) {
        self.init(
            family: family,
            table: table,
            name: declaration.name,
            flags: declaration.flags | (declaration.data.isEmpty ? 0 : 8),
            keyType: declaration.keyType,
            keyLength: UInt32(declaration.keyLength),
            dataType: declaration.data.isEmpty ? nil : declaration.data.typeNumber,
            dataLength: declaration.data.isEmpty ? nil : UInt32(declaration.data.byteCount),
            size: declaration.size
        )
    }
}

/// An element to be added to a set or map (NFTA_SET_ELEM_*).
public struct NftNewElement: Hashable, Sendable {
    /// The key, in network order; each field of a concatenation padded to whole words.
    public let key: [UInt8]
    /// The value; nil in a set.
    public let data: [UInt8]?
    /// How long it lives, in milliseconds; nil where the set decides, or it stays for good.
    public let timeout: UInt64?
    /// What is asked when a rule adds or renews it, such as a limit.
    public let expressions: [NftExpression]

    /// Makes an element of its parts.
    public init(_ key: [UInt8], data: [UInt8]? = nil, timeout: UInt64? = nil, expressions: [NftExpression] = []) {
        self.key = key
        self.data = data
        self.timeout = timeout
        self.expressions = expressions
    }
}
