import NetlinkBridge
import Testing

/// A table as commands of a batch, and the same table as nft takes it.
struct WrittenRules: CustomTestStringConvertible, Sendable {
    let family: NftFamily
    let chain: String
    let hook: NftChain.Hook
    let hookText: String
    let rules: [Written]
    var testDescription: String { "\(family) \(hookText)" }

    struct Written: Sendable {
        let text: String
        let expressions: [NftExpression]
        var comment: String?
    }

    var commands: [NftCommand] {
        let head: [NftCommand] = [
            .addTable(family, "nataudit", comment: "made by a test"),
            .addChain(family, table: "nataudit", chain: "other", nil),
            .addChain(family, table: "nataudit", chain: KernelName(chain), hook),
        ]
        return head
            + rules.map { rule in
                .addRule(
                    family,
                    table: "nataudit",
                    chain: KernelName(chain),
                    rule.expressions,
                    comment: rule.comment
                )
            }
    }

    var script: String {
        let lines = rules.map { rule in
            "\t\t\(rule.text)\(rule.comment.map { " comment \"\($0)\"" } ?? "")\n"
        }
        let base = "\tchain \(chain) {\n\t\ttype \(hookText)\n\(lines.joined())\t}\n"
        return "table \(family) nataudit {\n\tcomment \"made by a test\"\n\tchain other {\n\t}\n\(base)}\n"
    }

    static let all = [outward, inward, outward6]

    private static let first = NftRegister(word: 4)

    private static func name(_ key: NftMetaKey, _ text: String, _ comparison: NftComparison = .equal)
        -> [NftExpression]
    {
        let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: 16 - text.utf8.count)
        return [.meta(key, into: first), .compare(first, comparison, bytes)]
    }

    private static func beginning(
        _ key: NftMetaKey,
        _ text: String,
        _ comparison: NftComparison = .equal
    ) -> [NftExpression] { [.meta(key, into: first), .compare(first, comparison, Array(text.utf8))] }

    private static func bytes(
        _ offset: UInt32,
        _ bytes: [UInt8],
        _ comparison: NftComparison = .equal,
        base: UInt32 = 1
    ) -> [NftExpression] {
        let load = NftPayload(base: base, offset: offset, length: UInt32(bytes.count), into: first)
        return [.payload(load), .compare(first, comparison, bytes)]
    }

    private static func masked(
        _ offset: UInt32,
        _ bytes: [UInt8],
        _ mask: [UInt8],
        _ comparison: NftComparison = .equal
    ) -> [NftExpression] {
        let load = NftPayload(base: 1, offset: offset, length: UInt32(bytes.count), into: first)
        let xor = [UInt8](repeating: 0, count: mask.count)
        return [
            .payload(load), .bitwise(from: first, into: first, mask: mask, xor: xor),
            .compare(first, comparison, bytes),
        ]
    }

    private static let udp: [NftExpression] = [.meta(.transport, into: first), .compare(first, .equal, [17])]
    private static let ipv4: [NftExpression] = [.meta(.family, into: first), .compare(first, .equal, [2])]
    private static let new: [NftExpression] = [
        .conntrack(.state, direction: nil, into: first),
        .bitwise(from: first, into: first, mask: hostBytes(UInt32(8)), xor: [0, 0, 0, 0]),
        .compare(first, .notEqual, [0, 0, 0, 0]),
    ]
    private static let masquerade = NftExpression.masquerade(.init(portMin: nil, portMax: nil, flags: []))
    private static let counter = NftExpression.counter(packets: 0, bytes: 0)

    private static func snat(_ family: NftFamily, _ address: [UInt8]) -> [NftExpression] {
        [
            .immediate(address, into: first),
            .nat(
                NftNAT(
                    isDestination: false,
                    family: family,
                    addressMin: first,
                    addressMax: nil,
                    portMin: nil,
                    portMax: nil,
                    flags: []
                )
            ),
        ]
    }

    static let outward = WrittenRules(
        family: .ip,
        chain: "postrouting",
        hook: NftChain.Hook(.postrouting, type: "nat", priority: 99),
        hookText: "nat hook postrouting priority 99; policy accept;",
        rules: [
            Written(
                text: "oifname \"eth0\" masquerade",
                expressions: name(.outInterfaceName, "eth0") + [masquerade]
            ),
            Written(
                text: "oifname != \"vlan*\" counter masquerade",
                expressions: beginning(.outInterfaceName, "vlan", .notEqual) + [counter, masquerade],
                comment: "owner: a b"
            ),
            Written(
                text: "iifname \"a-name-of-15-ch\" return",
                expressions: name(.inInterfaceName, "a-name-of-15-ch") + [.verdict(.return)]
            ),
            Written(text: "ip saddr 10.0.0.0/8 masquerade", expressions: bytes(12, [10]) + [masquerade]),
            Written(
                text: "ip saddr 10.1.0.0/16 ip daddr != 10.1.2.0/24 masquerade",
                expressions: bytes(12, [10, 1]) + bytes(16, [10, 1, 2], .notEqual) + [masquerade]
            ),
            Written(
                text: "ip daddr 10.128.0.0/9 accept",
                expressions: masked(16, [10, 128, 0, 0], [255, 128, 0, 0]) + [.verdict(.accept)]
            ),
            Written(
                text: "ip saddr 10.0.0.1 jump other",
                expressions: bytes(12, [10, 0, 0, 1]) + [.verdict(.jump("other"))]
            ),
            Written(
                text: "fib daddr type local return",
                expressions: [
                    .fib(result: NftFib.typeResult, flags: NftFib.destination, into: first),
                    .compare(first, .equal, hostBytes(UInt32(2))), .verdict(.return),
                ]
            ),
            Written(
                text: "fib daddr type != local counter masquerade",
                expressions: [
                    .fib(result: NftFib.typeResult, flags: NftFib.destination, into: first),
                    .compare(first, .notEqual, hostBytes(UInt32(2))), counter, masquerade,
                ]
            ),
            Written(
                text: "udp dport 53 masquerade",
                expressions: udp + bytes(2, [0, 53], base: 2) + [masquerade]
            ),
            Written(
                text: "masquerade persistent",
                expressions: [.masquerade(.init(portMin: nil, portMax: nil, flags: .persistent))]
            ),
            Written(
                text: "meta l4proto udp snat to 192.0.2.1",
                expressions: udp + snat(.ip, [192, 0, 2, 1])
            ),
        ]
    )

    static let inward = WrittenRules(
        family: .inet,
        chain: "guard",
        hook: NftChain.Hook(.input, type: "filter", priority: -10),
        hookText: "filter hook input priority filter - 10; policy accept;",
        rules: [
            Written(
                text: "iifname \"wan\" meta l4proto udp ct state new socket wildcard <= 1 accept",
                expressions: name(.inInterfaceName, "wan") + udp + new + [
                    .socket(key: NftSocketKey.wildcard, into: first), .compare(first, .lessOrEqual, [1]),
                    .verdict(.accept),
                ]
            ),
            Written(
                text: "iifname \"wan\" meta l4proto udp ct state new counter drop",
                expressions: name(.inInterfaceName, "wan") + udp + new + [counter, .verdict(.drop)],
                comment: "nobody asked"
            ),
            Written(
                text: "meta nfproto ipv4 ip saddr 10.0.0.0/8 goto other",
                expressions: ipv4 + bytes(12, [10]) + [.verdict(.goto("other"))]
            ),
            Written(text: "counter", expressions: [counter]),
        ]
    )

    static let outward6 = WrittenRules(
        family: .ip6,
        chain: "postrouting",
        hook: NftChain.Hook(.postrouting, type: "nat", priority: 90),
        hookText: "nat hook postrouting priority 90; policy accept;",
        rules: [
            Written(
                text: "ip6 saddr 2001:db8::/32 masquerade",
                expressions: bytes(8, [0x20, 0x01, 0x0D, 0xB8]) + [masquerade]
            ),
            Written(
                text: "ip6 daddr fe80::/10 return",
                expressions: masked(
                    24,
                    [0xFE, 0x80] + [UInt8](repeating: 0, count: 14),
                    [0xFF, 0xC0] + [UInt8](repeating: 0, count: 14)
                ) + [.verdict(.return)]
            ),
            Written(
                text: "ip6 daddr ::1 return",
                expressions: bytes(24, [UInt8](repeating: 0, count: 15) + [1]) + [.verdict(.return)]
            ),
            Written(
                text: "oifname \"eth0\" snat to 2001:db8::1",
                expressions: name(.outInterfaceName, "eth0")
                    + snat(.ip6, [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [1])
            ),
        ]
    )
}
