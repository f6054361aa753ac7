internal import CShims

/// What the registers of nf_tables hold while a rule's expressions are followed.
struct RuleRegisters {
    /// What was loaded into a register, by the register's first word.
    var loads: [Int: Load] = [:]
    /// Values that were loaded and not used yet: where they are.
    var values: [Int: Range<Int>] = [:]
    /// The family of the packet's network header; nil where no test has told it.
    var network: AddressFamily?

    /// What a register holds of a packet.
    enum Load {
        /// An address, or its beginning, under a mask where it has one.
        case address(AddressFamily, mask: [UInt8]?)
        /// Several addresses side by side.
        case addresses(AddressFamily)
        case hardware
        case name
        /// The protocol of the network layer, as a number of netfilter or of Ethernet.
        case networkProtocol
        /// Something that tells nothing of the host.
        case other
    }

    /// What a part of a packet is; nil where an address may be in it.
    func load(base: UInt32, offset: UInt32, length: UInt32, isARP: Bool) -> Load? {
        let end = offset + length
        switch base {
        case NFT_PAYLOAD_LL_HEADER.rawValue:
            return (offset == 0 || offset == 6) && (length == 6 || length == 12)
                ? .hardware : offset >= 12 ? .other : nil
        case NFT_PAYLOAD_NETWORK_HEADER.rawValue where isARP:
            if length == 4, offset == 14 || offset == 24 { return .address(.ip, mask: nil) }
            if length == 6, offset == 8 || offset == 18 { return .hardware }
            return end <= 8 ? .other : nil
        case NFT_PAYLOAD_NETWORK_HEADER.rawValue:
            let v4 = Self.load(offset, end, first: 12, width: 4, .ip)
            let v6 = Self.load(offset, end, first: 8, width: 16, .ip6)
            switch network {
            case .ip?: return v4
            case .ip6?: return v6
            // Whole addresses tell the families apart.
            case nil:
                return length == 4 || length == 8 && offset == 12 ? v4 : length >= 16 ? v6 : end <= 8 ? .other : nil
            }
        case NFT_PAYLOAD_TRANSPORT_HEADER.rawValue: return .other
        default: return length < 4 ? .other : nil
        }
    }

    /// A part of a header with two addresses from an offset on.
    private static func load(_ offset: UInt32, _ end: UInt32, first: UInt32, width: UInt32, _ family: AddressFamily)
        -> Load?
    {
        if end <= first || offset >= first + 2 * width { return .other }
        if offset == first, end == first + 2 * width { return .addresses(family) }
        let isStart = offset == first || offset == first + width
        return isStart && end <= offset + width ? .address(family, mask: nil) : nil
    }
}
