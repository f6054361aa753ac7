import NatAudit
import NetlinkBridge

/// Writes the table with endpoint-independent mapping.
struct EasyTable {
    /// A part that can be left out, to see what it is for.
    enum Part: String, Sendable {
        case keep, stuck, reserved, pinned, guarding, deletion
    }

    /// The links to the outside.
    var outward = ["wan"]
    /// How long a mapping outlives its last packet that was seen.
    var timeout = "1h"
    /// One in so many packets renews its mapping: a power of two.
    var sample = 32
    /// How many mappings there may be.
    var size = 65535
    /// UDP ports that the host needs for itself.
    var reserved: Set<UInt16> = []
    /// Where destination NAT leads to: these keep their ports.
    var pinned: Set<Endpoint> = []
    /// What is left out.
    var omitted: Part?

    private static let endpoint = "ip saddr . udp sport"
    private static let far = "ip daddr . udp dport"
    private static let once = "limit rate 1/week burst 1 packets"

    /// The seed of each draw and the bit that it sets, which keeps it above 1023.
    ///
    /// The register holds the hash in the host's order and NAT reads its first two bytes as the port: on a little-endian
    /// processor the hash's low byte is the port's high byte. Seeds 1 to 4 draw from 1024-32767, the others from 32768-65535.
    private static let draws: [(seed: Int, bit: Int)] =
        [(1, 4), (2, 8), (3, 16), (4, 32)] + (5...12).map { ($0, 128) }

    /// What `nft -f` reads.
    var text: String {
        "table ip nataudit {\n" + (sets + [translate, draw, shifted, host, keep, guarding]).joined() + "}\n"
    }

    /// The links to the outside as a match's right side.
    var links: String {
        let names = outward.map { "\"\($0)\"" }
        return names.count == 1 ? names[0] : "{ \(names.joined(separator: ", ")) }"
    }

    private var sets: [String] {
        func elements(_ words: [String]) -> String {
            words.isEmpty ? "" : " elements = { \(words.joined(separator: ", ")) };"
        }
        let reserved = omitted == .reserved ? [] : reserved.sorted().map(String.init)
        let pinned = omitted == .pinned ? [] : pinned.sorted().map { "\($0.address) . \($0.port)" }
        let dynamic = "flags dynamic,timeout;"
        return [
            "set reserved { type inet_service;\(elements(reserved)) }",
            "set pinned { type ipv4_addr . inet_service;\(elements(pinned)) }",
            "set brief { type inet_service; elements = { 53, 123, 443, 853 }; }",
            "set share { type ipv4_addr; \(dynamic) timeout 5m; size 65535; }",
            "set stuck { type ipv4_addr . inet_service . ipv4_addr . inet_service; \(dynamic) timeout 1m; size 65535; }",
            "set taken { type inet_service; \(dynamic) timeout \(timeout); size \(size); }",
            "set own { type ipv4_addr . inet_service; \(dynamic) timeout \(timeout); size \(size); }",
            "map moved { type ipv4_addr . inet_service : inet_service; \(dynamic) timeout \(timeout); size \(size); }",
        ].map { "\t\($0)\n" }
    }

    private func chain(_ name: String, _ rules: [String]) -> String {
        "\tchain \(name) {\n" + rules.map { "\t\t\($0)\n" }.joined() + "\t}\n"
    }

    private var translate: String {
        let (endpoint, once) = (Self.endpoint, Self.once)
        let claim = "add @taken { udp sport \(once) } add @own { \(endpoint) } masquerade"
        let rules: [String?] = [
            "type nat hook postrouting priority srcnat - 10; policy accept;",
            "oifname != \(links) return",
            "\(endpoint) @own masquerade",
            "meta l4proto != udp masquerade",
            "\(endpoint) @moved goto shifted",
            "meta iif 0 goto host",
            pinned.isEmpty ? nil : "\(endpoint) @pinned masquerade",
            "udp dport @brief masquerade",
            "update @share { ip saddr limit rate over 5/second burst 1000 packets } masquerade",
            reserved.isEmpty ? nil : "udp sport @reserved goto draw",
            "udp sport != @taken \(claim)",
            "goto draw",
        ]
        return chain("translate", rules.compactMap(\.self))
    }

    private var draw: String {
        let draws = Self.draws.map { seed, bit in
            let mask = bit < 128 ? "& 0xffffff7f " : ""
            let port =
                "jhash \(Self.endpoint) mod 4294967295 seed 0x\(String(seed, radix: 16)) \(mask)| 0x\(String(bit, radix: 16))"
            return
                "add @taken { \(port) \(Self.once) } add @moved { \(Self.endpoint) : \(port) } masquerade to :\(port)"
        }
        return chain("draw", draws + ["masquerade"])
    }

    private var shifted: String {
        let tuple = "\(Self.endpoint) . \(Self.far)"
        let rescue = "add @stuck { \(tuple) limit rate over 6/minute burst 2 packets } masquerade random"
        let move = "meta l4proto udp masquerade to :\(Self.endpoint) map @moved"
        return chain("shifted", omitted == .stuck ? [move] : [rescue, move])
    }

    private var host: String {
        chain("host", ["udp dport != @brief update @taken { udp sport \(Self.once) }", "masquerade"])
    }

    private var keep: String {
        guard omitted != .keep else { return "" }
        let random = sample > 1 ? "meta random < \((1 << 32) / sample) " : ""
        let hook = "type filter hook postrouting priority srcnat - 20; policy accept;"
        return chain("keep", [hook, "\(random)meta l4proto udp goto refresh"])
            + chain("refresh", ["oifname != \(links) goto back"] + renewing(Self.endpoint, "udp sport"))
            + chain("back", renewing(Self.far, "udp dport"))
    }

    /// Renews what is there, seen from one direction.
    private func renewing(_ endpoint: String, _ port: String) -> [String] {
        let (data, once) = ("ct reply proto-dst", Self.once)
        return [
            "\(endpoint) @own update @own { \(endpoint) } update @taken { \(port) \(once) }",
            "\(endpoint) @moved ct status snat update @moved { \(endpoint) : \(data) } update @taken { \(data) \(once) }",
        ]
    }

    private var guarding: String {
        guard omitted != .guarding else { return "" }
        let hook = "type filter hook input priority filter - 10; policy accept;"
        let new = "iifname \(links) meta l4proto udp ct state new fib daddr type local jump unsolicited"
        return chain("guard", [hook, new]) + chain("unsolicited", ["socket wildcard { 0, 1 } return", "drop"])
    }
}
