internal import CShims

/// Where the fields of an entry lie, which differs between the families.
struct LegacyEntryLayout {
    let size: Int
    let source: (address: Int, mask: Int)
    let destination: (address: Int, mask: Int)
    let input: (name: Int, mask: Int)
    let output: (name: Int, mask: Int)
    let transportProtocol: Int
    /// Where the traffic class stands; nil in IPv4, which has none here.
    let trafficClass: Int?
    let flags: Int
    let inversions: Int
    let targetOffset: Int
    let nextOffset: Int
    let counters: Int
    /// The bit of `flags` that makes a goto of a jump: IPT_F_GOTO, IP6T_F_GOTO.
    let gotoFlag: UInt8

    /// The layout of `struct ipt_entry`.
    static let v4 = LegacyEntryLayout(
        size: NA_ENTRY4_SIZE,
        source: (NA_ENTRY4_SOURCE, NA_ENTRY4_SOURCE_MASK),
        destination: (NA_ENTRY4_DESTINATION, NA_ENTRY4_DESTINATION_MASK),
        input: (NA_ENTRY4_INPUT, NA_ENTRY4_INPUT_MASK),
        output: (NA_ENTRY4_OUTPUT, NA_ENTRY4_OUTPUT_MASK),
        transportProtocol: NA_ENTRY4_PROTOCOL,
        trafficClass: nil,
        flags: NA_ENTRY4_FLAGS,
        inversions: NA_ENTRY4_INVERSIONS,
        targetOffset: NA_ENTRY4_TARGET_OFFSET,
        nextOffset: NA_ENTRY4_NEXT_OFFSET,
        counters: NA_ENTRY4_COUNTERS,
        gotoFlag: 0x02
    )

    /// The layout of `struct ip6t_entry`.
    static let v6 = LegacyEntryLayout(
        size: NA_ENTRY6_SIZE,
        source: (NA_ENTRY6_SOURCE, NA_ENTRY6_SOURCE_MASK),
        destination: (NA_ENTRY6_DESTINATION, NA_ENTRY6_DESTINATION_MASK),
        input: (NA_ENTRY6_INPUT, NA_ENTRY6_INPUT_MASK),
        output: (NA_ENTRY6_OUTPUT, NA_ENTRY6_OUTPUT_MASK),
        transportProtocol: NA_ENTRY6_PROTOCOL,
        trafficClass: NA_ENTRY6_TOS,
        flags: NA_ENTRY6_FLAGS,
        inversions: NA_ENTRY6_INVERSIONS,
        targetOffset: NA_ENTRY6_TARGET_OFFSET,
        nextOffset: NA_ENTRY6_NEXT_OFFSET,
        counters: NA_ENTRY6_COUNTERS,
        gotoFlag: 0x04
    )
}

extension LegacyCondition {
    /// The condition of the entry that begins at byte `start`.
    init(
        _ blob: XtBytes,
        at start: Int,
        _ layout: LegacyEntryLayout,
        _ family: AddressFamily
    ) throws(DecodingError) {
        source = try XtMaskedAddress(
            blob,
            address: start + layout.source.address,
            mask: start + layout.source.mask,
            family
        )
        destination = try XtMaskedAddress(
            blob,
            address: start + layout.destination.address,
            mask: start + layout.destination.mask,
            family
        )
        input = try XtInterfaceName(
            blob,
            name: start + layout.input.name,
            mask: start + layout.input.mask
        )
        output = try XtInterfaceName(
            blob,
            name: start + layout.output.name,
            mask: start + layout.output.mask
        )
        inversions = Inversions(rawValue: try blob.u8(start + layout.inversions))
        let number = try blob.u16(start + layout.transportProtocol)
        let flags = try blob.u8(start + layout.flags)
        switch family {
        case .ip:
            // IPT_F_FRAG; protocol 0 stands for every one.
            transportProtocol = number == 0 ? nil : number
            isFragment = flags & 0x01 != 0
            trafficClass = nil
        case .ip6:
            // IP6T_F_PROTO says whether the protocol is looked at, IP6T_F_TOS whether the traffic class is.
            transportProtocol = flags & 0x01 != 0 ? number : nil
            isFragment = false
            let place = layout.trafficClass ?? layout.flags
            trafficClass = flags & 0x02 != 0 ? try blob.u8(start + place) : nil
        }
    }
}
