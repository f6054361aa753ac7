internal import NetlinkBridge

extension PacketView {
    /// The packet's flow, or as much of it as is certain without knowing its way.
    var currentFlow: FlowView { flow ?? .translated(packet) }

    /// What `ct` loads: without an entry everything but the state ends the rule (nft_ct_get_eval in net/netfilter/nft_ct.c).
    func conntrack(_ key: NftConntrackKey, direction: UInt8?) -> Known {
        let flow = currentFlow
        if key == .state { return .bytes(hostBytes(flow.state)) }
        guard let entry = flow.entry else { return .absent }
        func known(_ bytes: [UInt8]?) -> Known { bytes.map(Known.bytes) ?? .unknown("ct \(key.name)") }
        switch key.name {
        case "direction": return .bytes([entry.isReply ? 1 : 0])
        case "status": return known(entry.status.map { hostBytes($0) })
        case "mark": return known(entry.mark.map { hostBytes($0) })
        case "zone": return known(entry.zone.map { hostBytes($0) })
        case "label": return known(entry.labels)
        case "l3proto": return .bytes([NftFamily(packet.family).rawValue])
        case "protocol": return .bytes([packet.transport])
        // Only a flow that another one announced has a helper to its name.
        case "helper": return .absent
        default: break
        }
        let tuple = direction == 1 ? entry.reply : entry.original
        switch key.name {
        // An address of the other family ends the rule.
        case "ip saddr" where packet.family != .ip, "ip daddr" where packet.family != .ip: return .absent
        case "ip6 saddr" where packet.family != .ip6, "ip6 daddr" where packet.family != .ip6: return .absent
        default: break
        }
        switch key.name {
        case "saddr", "ip saddr", "ip6 saddr": return known(tuple.source?.networkBytes)
        case "daddr", "ip daddr", "ip6 daddr": return known(tuple.destination?.networkBytes)
        case "proto-src": return known(tuple.sourcePort.map { networkBytes($0) })
        case "proto-dst": return known(tuple.destinationPort.map { networkBytes($0) })
        default: return .unknown("ct \(key.name)")
        }
    }
}
