/// The bytes of a packet that are loaded: base 0 link layer, 1 network, 2 transport header, 3 inner.
public struct NftPayload: Hashable, Sendable {
    /// Which header the offset counts from (NFT_PAYLOAD_*).
    public let base: UInt32
    /// The offset in bytes.
    public let offset: UInt32
    /// How many bytes.
    public let length: UInt32
    /// Where they go.
    public let into: NftRegister

    /// Makes a load from its parts.
    public init(base: UInt32, offset: UInt32, length: UInt32, into: NftRegister) {
        self.base = base
        self.offset = offset
        self.length = length
        self.into = into
    }
}

/// `snat` or `dnat` (NFTA_NAT_*).
public struct NftNAT: Hashable, Sendable {
    /// Tells `dnat` from `snat`.
    public let isDestination: Bool
    /// The family of the addresses.
    public let family: NftFamily
    /// The register with the first address; nil where only ports are translated.
    public let addressMin: NftRegister?
    /// The register with the last address; nil where it is the first.
    public let addressMax: NftRegister?
    /// The register with the first port, in network order; nil where no port is given.
    public let portMin: NftRegister?
    /// The register with the last port; nil where it is the first.
    public let portMax: NftRegister?
    /// How the port is chosen, and what is given.
    public let flags: NATFlags

    /// Makes a translation from its parts.
    public init(
        isDestination: Bool,
        family: NftFamily,
        addressMin: NftRegister?,
        addressMax: NftRegister?,
        portMin: NftRegister?,
        portMax: NftRegister?,
        flags: NATFlags
    ) {
        self.isDestination = isDestination
        self.family = family
        self.addressMin = addressMin
        self.addressMax = addressMax
        self.portMin = portMin
        self.portMax = portMax
        self.flags = flags
    }
}

/// `masquerade` or `redirect` (NFTA_MASQ_*, NFTA_REDIR_*).
public struct NftPortTranslation: Hashable, Sendable {
    /// The register with the first port, in network order; nil where no port is given.
    public let portMin: NftRegister?
    /// The register with the last port; nil where it is the first.
    public let portMax: NftRegister?
    /// How the port is chosen, and what is given.
    public let flags: NATFlags

    /// Makes a translation from its parts.
    public init(portMin: NftRegister?, portMax: NftRegister?, flags: NATFlags) {
        self.portMin = portMin
        self.portMax = portMax
        self.flags = flags
    }
}

/// `numgen` (NFTA_NG_*).
public struct NftNumberGenerator: Hashable, Sendable {
    /// Tells a drawn number from a counted one.
    public let isRandom: Bool
    /// How many different numbers there are.
    public let modulus: UInt32
    /// The lowest of them.
    public let offset: UInt32
}

/// `jhash` and `symhash` (NFTA_HASH_*).
public struct NftHash: Hashable, Sendable {
    /// The register with the bytes that are hashed; nil for `symhash`, which hashes the flow.
    public let from: NftRegister?
    /// How many bytes are hashed.
    public let length: UInt32
    /// How many different numbers there are.
    public let modulus: UInt32
    /// The lowest of them.
    public let offset: UInt32
    /// The seed; nil where the kernel drew one.
    public let seed: UInt32?

    /// Makes a hash from its parts.
    public init(from: NftRegister?, length: UInt32, modulus: UInt32, offset: UInt32, seed: UInt32?) {
        self.from = from
        self.length = length
        self.modulus = modulus
        self.offset = offset
        self.seed = seed
    }
}

/// `limit` (NFTA_LIMIT_*).
public struct NftLimit: Hashable, Sendable {
    /// How many packets, or bytes, in one unit of time.
    public let rate: UInt64
    /// The unit of time in seconds.
    public let unit: UInt64
    /// How many may come at once beyond the rate.
    public let burst: UInt32
    /// Tells whether bytes are counted.
    public let countsBytes: Bool
    /// Tells whether what is beyond the rate passes (`over`).
    public let isInverted: Bool

    /// Makes a limit from its parts.
    public init(rate: UInt64, unit: UInt64, burst: UInt32, countsBytes: Bool, isInverted: Bool) {
        self.rate = rate
        self.unit = unit
        self.burst = burst
        self.countsBytes = countsBytes
        self.isInverted = isInverted
    }
}

/// `log` (NFTA_LOG_*).
public struct NftLog: Hashable, Sendable {
    /// What stands before the packet in the log; nil where nothing does.
    public let prefix: KernelName?
    /// The group of nfnetlink_log; nil for the kernel's own log.
    public let group: UInt16?
    /// The level of syslog(3); nil where none is given.
    public let level: UInt32?
}
