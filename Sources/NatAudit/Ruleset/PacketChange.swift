internal import NetlinkBridge

/// What a statement changes of a packet or its flow, as far as later rules may see it; to which value is not followed.
public enum PacketChange: Hashable, Sendable {
    /// Nothing that is ever taken as known, such as the hop count.
    case nothing
    /// Bytes of a header; base 1 network, 2 transport.
    case header(base: UInt32, offset: UInt32, length: UInt32)
    /// The type of service, and with it the marks of congestion.
    case serviceType
    /// The packet's mark.
    case mark
    /// How the link layer addressed the packet.
    case packetType
    /// The labels of the flow.
    case labels
    /// How conntrack is to treat the packet, which keeps a later `notrack` from doing anything (`xt_ct_target` in
    /// net/netfilter/xt_CT.c).
    case template
    /// The zone; nft's statement undoes an earlier `notrack` as well (`nft_ct_set_zone_eval` in net/netfilter/nft_ct.c).
    case zone
}

extension PacketChange {
    /// What a value changes that is written to a place of a header: of one that was read there, the bytes that its mask does not
    /// keep (nft writes whole words, by which it counts the checksum).
    init(writing value: Operand, to place: NftPayload) {
        var written = 0..<Int(min(place.length, 64))
        let here = Operand.packet(base: place.base, offset: place.offset, length: place.length)
        if case .masked(here, let mask, let xor) = value, mask.count >= written.count, xor.count >= written.count {
            let changed = written.filter { mask[$0] != 0xFF || xor[$0] != 0 }
            written = (changed.first ?? 0)..<(changed.last.map { $0 + 1 } ?? 0)
        }
        if written.isEmpty {
            self = .nothing
        } else {
            self = .header(
                base: place.base,
                offset: place.offset &+ UInt32(written.lowerBound),
                length: UInt32(written.count)
            )
        }
    }

    /// What `meta ... set` changes; marks are followed.
    init(of key: NftMetaKey) { self = key == .packetType ? .packetType : .nothing }

    /// What `ct ... set` changes; marks are followed.
    init(of key: NftConntrackKey) {
        switch key.name {
        case "zone": self = .zone
        case "label": self = .labels
        default: self = .nothing
        }
    }

    /// What a target of xtables changes that lets the packet go on.
    init(of target: XtExtension) {
        switch target.name {
        case "TOS", "DSCP", "ECN": self = .serviceType
        case "HMARK": self = .mark
        case "SET": self = target.mapsMark ? .mark : .nothing
        default: self = .nothing
        }
    }
}

extension Traveller {
    /// Changes the packet or its flow, of which less is known then; false where the change cannot be followed at all.
    mutating func take(_ change: PacketChange) -> Bool {
        switch change {
        case .nothing: return true
        case .header(let base, let offset, let length):
            let bytes = UInt64(offset)..<(UInt64(offset) + UInt64(length))
            guard base == 1 || base == 2, packet.mayDiffer(base: base, bytes) else { return true }
            // Type of service and flags; what else is known decides the way and the flow.
            let minor: Set<UInt64> = packet.family == .ip ? [0, 1, 6, 7] : [0, 1]
            guard base == 1, bytes.allSatisfy({ minor.contains($0) || !packet.mayDiffer(base: 1, $0..<($0 + 1)) })
            else { return false }
            packet.openBytes.formUnion(minor.intersection(bytes))
        case .serviceType: packet.openBytes.formUnion(packet.family == .ip ? [1] : [0, 1])
        case .mark: packet.mark = nil
        case .packetType: packet.isTypeOpen = true
        case .labels: flow.areLabelsOpen = true
        case .template: if flow.tracking == .notYet { flow.hasTemplate = true }
        case .zone:
            guard flow.tracking == .notYet || flow.tracking == .untracked else { return true }
            flow.tracking = .notYet
            flow.hasTemplate = true
        }
        return true
    }
}
