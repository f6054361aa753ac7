internal import CShims

/// What a NAT target of xtables translates to.
///
/// `nf_nat_ipv4_multi_range_compat`, `nf_nat_range` and `nf_nat_range2` in linux/netfilter/nf_nat.h, as one value.
public struct XtNATRange: Hashable, Sendable {
    /// What is given, and how ports are drawn.
    public struct Flags: OptionSet, Hashable, Sendable {
        /// The kernel's bits, NF_NAT_RANGE_*; the same in nf_tables.
        public let rawValue: UInt32

        /// Makes a set from the kernel's bits.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Addresses are given.
        public static let mapAddresses = Flags(rawValue: 1 << 0)
        /// Ports are given.
        public static let portsSpecified = Flags(rawValue: 1 << 1)
        /// `--random`: every flow gets a port of its own.
        public static let random = Flags(rawValue: 1 << 2)
        /// `--persistent`: a client keeps its address of a pool.
        public static let persistent = Flags(rawValue: 1 << 3)
        /// `--random-fully`: today the same as `random`.
        public static let fullyRandom = Flags(rawValue: 1 << 4)
        /// The port is shifted from the base port into the range.
        public static let portOffset = Flags(rawValue: 1 << 5)
        /// The prefix is exchanged and the rest of the address kept.
        public static let netmap = Flags(rawValue: 1 << 6)
    }

    /// What is given, and how ports are drawn.
    public let flags: Flags
    /// The first address; nil where none is given.
    public let minimumAddress: IPAddress?
    /// The last address; nil where none is given.
    public let maximumAddress: IPAddress?
    /// The first port; nil where none is given.
    public let minimumPort: UInt16?
    /// The last port; nil where none is given.
    public let maximumPort: UInt16?
    /// The port that is mapped to the first one; nil where ports are not shifted.
    public let basePort: UInt16?

    /// Tells whether the same socket gets different ports towards different destinations on purpose.
    public var isRandom: Bool { !flags.isDisjoint(with: [.random, .fullyRandom]) }

    init(_ structure: XtBytes, flags: UInt32, _ places: Places, _ family: AddressFamily) throws(DecodingError) {
        let flags = Flags(rawValue: flags)
        let minimum = try structure.address(places.minimum, family)
        let maximum = try structure.address(places.maximum, family)
        let ports = (
            try structure.network16(places.minimumPort), try structure.network16(places.maximumPort)
        )
        let base = try places.base.map { offset throws(DecodingError) in try structure.network16(offset) }
        self.flags = flags
        minimumAddress = flags.contains(.mapAddresses) ? minimum : nil
        maximumAddress = flags.contains(.mapAddresses) ? maximum : nil
        minimumPort = flags.contains(.portsSpecified) ? ports.0 : nil
        maximumPort = flags.contains(.portsSpecified) ? ports.1 : nil
        basePort = flags.contains(.portOffset) ? base : nil
    }

    /// Where the fields lie in one of the three structures.
    struct Places {
        let minimum: Int
        let maximum: Int
        let minimumPort: Int
        let maximumPort: Int
        let base: Int?
    }
}

extension XtNATRange {
    /// The range of revision 0 for IPv4; nil where it is not exactly one, which the kernel refuses.
    init?(multiRange target: XtExtension) throws(DecodingError) {
        let structure = target.structure
        guard try structure.u32(NA_NAT4_COUNT) == 1 else { return nil }
        let places = Places(
            minimum: NA_NAT4_MIN,
            maximum: NA_NAT4_MAX,
            minimumPort: NA_NAT4_MIN_PORT,
            maximumPort: NA_NAT4_MAX_PORT,
            base: nil
        )
        try self.init(structure, flags: try structure.u32(NA_NAT4_FLAGS), places, .ip)
    }

    /// The range of the other revisions; a base port stands in revision 2 only.
    init(range target: XtExtension, family: AddressFamily, hasBase: Bool) throws(DecodingError) {
        let structure = target.structure
        let places = Places(
            minimum: NA_NAT_MIN,
            maximum: NA_NAT_MAX,
            minimumPort: NA_NAT_MIN_PORT,
            maximumPort: NA_NAT_MAX_PORT,
            base: hasBase ? NA_NAT_BASE_PORT : nil
        )
        try self.init(structure, flags: try structure.u32(NA_NAT_FLAGS), places, family)
    }
}
