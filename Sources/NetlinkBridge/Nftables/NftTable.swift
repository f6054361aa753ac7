internal import CShims

/// A table of nf_tables (NFTA_TABLE_* in linux/netfilter/nf_tables.h).
public struct NftTable: Hashable, Sendable {
    /// The family of the table's chains.
    public let family: NftFamily
    /// The table's name.
    public let name: KernelName
    /// NFT_TABLE_F_*: 1 dormant, 2 owner, 4 persist.
    public let flags: UInt32
    /// The kernel's number for the table, 0 where it gave none.
    public let handle: UInt64
    /// The netlink port of the process that owns the table; nil where nobody does.
    public let owner: UInt32?
    /// What nft keeps with the table, comments above all.
    public let userData: UserData

    /// Tells whether the table's chains are switched off (NFT_TABLE_F_DORMANT).
    public var isDormant: Bool { flags & UInt32(NFT_TABLE_F_DORMANT.rawValue) != 0 }

    /// Decodes the payload of an NFT_MSG_NEWTABLE message.
    init(decoding payload: Span<UInt8>) throws(DecodingError) {
        let (family, rest) = try NftFamily.read(from: payload)
        var name: KernelName = ""
        var flags: UInt32 = 0
        var handle: UInt64 = 0
        var owner: UInt32?
        var userData = UserData()
        try Attributes.forEach(in: payload.extracting(rest)) { (type, value) throws(DecodingError) in
            switch UInt32(type) {
            case NFTA_TABLE_NAME.rawValue: name = KernelName(bytes: value)
            case NFTA_TABLE_FLAGS.rawValue: flags = try value.network()
            case NFTA_TABLE_HANDLE.rawValue: handle = try value.network()
            case NFTA_TABLE_OWNER.rawValue: owner = try value.network()
            case NFTA_TABLE_USERDATA.rawValue: userData = UserData(bytes: value.array)
            default: break
            }
        }
        self.family = family
        self.name = name
        self.flags = flags
        self.handle = handle
        self.owner = owner
        self.userData = userData
    }
}
