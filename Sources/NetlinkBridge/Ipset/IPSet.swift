/// A set of the kernel's ipset as its rules see it (linux/netfilter/ipset/ip_set.h).
public struct IPSet: Hashable, Sendable {
    /// The set's name.
    public let name: KernelName
    /// The type's name, such as `hash:net`.
    public let typeName: KernelName
    /// The family of the addresses; nil for sets that hold none (`bitmap:port`, `hash:mac`, `list:set`).
    public let family: AddressFamily?
    /// How many leading bits of the packet's address are looked up (`netmask`); nil where all are.
    public let netmask: Int?
    /// The elements, in the order of the dump.
    public internal(set) var elements: [Element]
    /// Tells whether all elements were read.
    public internal(set) var isWhole = true
    /// The sets of a `list:set`, in the order in which they are asked.
    public internal(set) var members: [IPSet] = []
    /// Tells whether a rule adds elements or takes them out: then the dump shows one moment only.
    public var isChangedByRules = false

    /// One element; which of its fields there are follows from the type.
    public struct Element: Hashable, Sendable {
        /// The address or block of addresses that comes first.
        public var first: Prefix?
        /// The address or block of addresses that comes second.
        public var second: Prefix?
        /// The port.
        public var port: UInt16?
        /// The transport protocol of the port.
        public var transport: UInt8?
        /// The name of the interface, or the beginning of it where `isWildcard`.
        public var interface: KernelName?
        /// The name of a member of a `list:set`.
        public var member: KernelName?
        /// The bits IPSET_FLAG_* of `enum ipset_cadt_flags`.
        public var flags: UInt32 = 0

        /// Tells whether what the element holds is excepted from a larger block (`nomatch`).
        public var isException: Bool { flags & 1 << 2 != 0 }
        /// Tells whether the interface is a bridge port (`physdev:`).
        public var isBridgePort: Bool { flags & 1 << 1 != 0 }
        /// Tells whether the interface's name is only a beginning (`wildcard`).
        public var isWildcard: Bool { flags & 1 << 7 != 0 }

        /// Makes an element from the fields that it has.
        public init(
            first: Prefix? = nil,
            second: Prefix? = nil,
            port: UInt16? = nil,
            transport: UInt8? = nil,
            interface: KernelName? = nil,
            member: KernelName? = nil,
            flags: UInt32 = 0
        ) {
            self.first = first
            self.second = second
            self.port = port
            self.transport = transport
            self.interface = interface
            self.member = member
            self.flags = flags
        }
    }

    /// Makes a set from its parts.
    public init(
        name: KernelName,
        typeName: KernelName,
        family: AddressFamily?,
        netmask: Int? = nil,
        elements: [Element]
    ) {
        self.name = name
        self.typeName = typeName
        self.family = family
        self.netmask = netmask
        self.elements = elements
    }

    /// How many fields a match must name, by the type's own name: `hash:ip,port` has two.
    public var dimensions: Int {
        1 + typeName.bytes.drop { $0 != UInt8(ascii: ":") }.count { $0 == UInt8(ascii: ",") }
    }

    /// Marks the set and its members where rules change them.
    mutating func mark(_ changed: Set<KernelName>) {
        isChangedByRules = changed.contains(name)
        for index in members.indices { members[index].mark(changed) }
    }
}
