internal import CShims

/// A chain of nf_tables (NFTA_CHAIN_*): a base chain where it has a hook.
public struct NftChain: Hashable, Sendable {
    /// The family of the chain's table.
    public let family: NftFamily
    /// Tells whether its rules were read; not so for chains that nobody demanded (`NftDemand`).
    public internal(set) var isRead = true
    /// The name of the chain's table.
    public let table: KernelName
    /// The chain's name.
    public let name: KernelName
    /// The kernel's number for the chain.
    public let handle: UInt64
    /// Where the chain is hooked in; nil for a chain that is only jumped to.
    public var hook: Hook? { base.first }
    /// NFT_CHAIN_*: 1 base, 2 offloaded, 4 bound to a rule.
    public let flags: UInt32
    /// How many rules stand in the chain or lead to it.
    public let uses: UInt32
    /// The hook of a base chain.
    ///
    /// A large node has tens of thousands of other chains, in which an empty list takes less room than a hook that is nil.
    private let base: [Hook]

    /// Where a base chain sits.
    public struct Hook: Hashable, Sendable {
        /// The hook's number (NF_INET_* for ip, ip6 and inet).
        public let number: UInt32
        /// The priority: lower runs earlier.
        public let priority: Int32
        /// The chain's type: `filter`, `nat` or `route`.
        public let type: KernelName
        /// The verdict at the chain's end: 0 drop, 1 accept.
        public let policy: UInt32
        /// The devices of a chain that is bound to some; empty for any other, nil where they are not all named.
        public let devices: [KernelName]?

        /// Makes a place for a chain of an IP family; without a policy it accepts at its end.
        public init(_ hook: NetfilterHook, type: KernelName, priority: Int32, policy: UInt32 = 1) {
            self.init(number: hook.rawValue, priority: priority, type: type, policy: policy, devices: [])
        }

        init(number: UInt32, priority: Int32, type: KernelName, policy: UInt32, devices: [KernelName]?) {
            self.number = number
            self.priority = priority
            self.type = type
            self.policy = policy
            self.devices = devices
        }
    }

    /// Decodes the payload of an NFT_MSG_NEWCHAIN message; the name of the table is kept once for all chains that follow
    /// each other in it.
    init(decoding payload: Span<UInt8>, sharing other: NftChain? = nil) throws(DecodingError) {
        let (family, rest) = try NftFamily.read(from: payload)
        var table: KernelName = ""
        var name: KernelName = ""
        var handle: UInt64 = 0
        var flags: UInt32 = 0
        var uses: UInt32 = 0
        var type: KernelName = ""
        var policy: UInt32 = 1
        var place: (number: UInt32, priority: Int32, devices: [KernelName]?)?
        try Attributes.forEach(in: payload.extracting(rest)) { (attribute, value) throws(DecodingError) in
            switch UInt32(attribute) {
            case NFTA_CHAIN_TABLE.rawValue: table = KernelName(bytes: value)
            case NFTA_CHAIN_NAME.rawValue: name = KernelName(bytes: value)
            case NFTA_CHAIN_HANDLE.rawValue: handle = try value.network()
            case NFTA_CHAIN_FLAGS.rawValue: flags = try value.network()
            case NFTA_CHAIN_USE.rawValue: uses = try value.network()
            case NFTA_CHAIN_TYPE.rawValue: type = KernelName(bytes: value)
            case NFTA_CHAIN_POLICY.rawValue: policy = try value.network()
            case NFTA_CHAIN_HOOK.rawValue: place = try Self.place(in: value)
            default: break
            }
        }
        self.family = family
        self.table = other.flatMap { $0.table == table ? $0.table : nil } ?? table
        self.name = name
        self.handle = handle
        self.flags = flags
        self.uses = uses
        base =
            place.map {
                [Hook(number: $0.number, priority: $0.priority, type: type, policy: policy, devices: $0.devices)]
            } ?? []
    }

    private static func place(
        in bytes: Span<UInt8>
    ) throws(DecodingError) -> (number: UInt32, priority: Int32, devices: [KernelName]?) {
        var number: UInt32 = 0
        var priority: Int32 = 0
        var devices: [KernelName]? = []
        try Attributes.forEach(in: bytes) { (attribute, value) throws(DecodingError) in
            switch UInt32(attribute) {
            case NFTA_HOOK_HOOKNUM.rawValue: number = try value.network()
            case NFTA_HOOK_PRIORITY.rawValue: priority = Int32(bitPattern: try value.network(UInt32.self))
            case NFTA_HOOK_DEV.rawValue: devices?.append(KernelName(bytes: value))
            case NFTA_HOOK_DEVS.rawValue:
                try Attributes.forEach(in: value) { (kind, name) throws(DecodingError) in
                    // Beginnings of names, which Linux 6.16 brought, stand for devices that come and go.
                    if UInt32(kind) != NFTA_DEVICE_NAME.rawValue { devices = nil }
                    devices?.append(KernelName(bytes: name))
                }
            default: break
            }
        }
        return (number, priority, devices)
    }

    /// Where it is kept.
    var place: NftRuleset.ChainPlace { NftRuleset.ChainPlace(family: family, table: table, name: name) }
}
