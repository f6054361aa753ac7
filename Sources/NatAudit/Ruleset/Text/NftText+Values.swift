internal import NetlinkBridge

extension NftText {
    /// A value in nft's syntax, by what it is compared with.
    func value(_ bytes: [UInt8], of operand: Operand, _ dependencies: Dependencies) -> String {
        kind(of: operand, dependencies).text(inOrder(bytes, of: operand))
    }

    /// The bytes of a value with the most significant first.
    func inOrder(_ bytes: [UInt8], of operand: Operand) -> [UInt8] {
        Self.isHostOrder(operand) ? NftValue.inNetworkOrder(bytes) : bytes
    }

    private static func isHostOrder(_ operand: Operand) -> Bool {
        switch operand {
        case .meta(.inInterfaceName), .meta(.outInterfaceName), .meta(.etherType): false
        // A drawn number has no order of its own; nft compares it in network order.
        case .meta(let key) where key.name == "random": false
        case .conntrack(let key, _):
            !["saddr", "daddr", "proto-src", "proto-dst", "helper", "id"].contains { key.name.hasSuffix($0) }
        case .meta, .addressType, .fib, .socket, .numbered, .hash: true
        case .masked(let inner, _, _), .shifted(let inner, _, _), .combined(let inner, _, _): isHostOrder(inner)
        case .feature(.route(let key)): key != NftFeature.nextHop4 && key != NftFeature.nextHop6
        case .feature(.tunnel), .feature(.transformation(5, _)): true
        case .swapped(let inner, _): !isHostOrder(inner)
        case .packet, .constant, .mapped, .part, .feature, .other: false
        }
    }

    /// How the values of an operand are written.
    func kind(of operand: Operand, _ dependencies: Dependencies) -> ValueKind {
        switch operand {
        case .packet(let base, let offset, let length):
            dependencies.field(base: base, bit: Int(offset) * 8, length: Int(length) * 8)?.kind ?? .raw
        case .meta(let key): Self.kind(of: key)
        case .conntrack(let key, _): Self.kind(of: key)
        case .addressType: .addressType
        case .fib(NftFib.typeResult, _): .addressType
        case .fib(_, let flags): flags & NftFib.presence != 0 ? .presence : .number
        case .socket("mark"): .mark
        case .socket, .numbered, .hash: .number
        case .masked(let inner, _, _), .swapped(let inner, _), .shifted(let inner, _, _),
            .combined(let inner, _, _):
            kind(of: inner, dependencies)
        case .feature(let feature): Self.kind(of: feature)
        case .constant, .mapped, .part, .other: .raw
        }
    }

    private static func kind(of feature: NftFeature) -> ValueKind {
        switch feature {
        case .headerOption(let option): option.asksForPresence ? .presence : .number
        case .route(NftFeature.nextHop4): .address(.ip)
        case .route(NftFeature.nextHop6): .address(.ip6)
        case .route(NftFeature.routeTransforms), .tunnel(NftFeature.tunnelPath): .presence
        case .transformation(1, _), .transformation(3, _): .address(.ip)
        case .transformation(2, _), .transformation(4, _): .address(.ip6)
        case .fingerprint: .text
        case .route, .transformation, .tunnel: .number
        }
    }

    private static func kind(of key: NftMetaKey) -> ValueKind {
        switch key.name {
        case "iifname", "oifname": .interfaceName
        case "iif", "oif": .interfaceIndex
        case "l4proto": .transport
        case "nfproto": .family
        case "protocol": .etherType
        case "mark": .mark
        case "pkttype": .packetType
        case "iiftype", "oiftype": .linkType
        case "ipsec": .presence
        default: .number
        }
    }

    private static func kind(of key: NftConntrackKey) -> ValueKind {
        switch key.name {
        case "state": .states
        case "status": .statuses
        case "mark": .mark
        case "direction": .direction
        case "expiration": .milliseconds
        case "l3proto": .family
        case "protocol": .transport
        case "helper": .text
        case "ip saddr", "ip daddr": .address(.ip)
        case "ip6 saddr", "ip6 daddr": .address(.ip6)
        default: .number
        }
    }
}
