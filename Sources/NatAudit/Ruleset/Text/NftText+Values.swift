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
        case .masked(let inner, _, _): isHostOrder(inner)
        case .swapped(let inner, _): !isHostOrder(inner)
        case .packet, .constant, .mapped, .other: false
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
        case .masked(let inner, _, _), .swapped(let inner, _): kind(of: inner, dependencies)
        case .constant, .mapped, .other: .raw
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
