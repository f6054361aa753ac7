import NatAudit
import NetlinkBridge
import Testing

/// Rules that treat a destination otherwise than the rest of the world, each written in another way.
struct DestinationScene: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// Shell commands that load the rules.
    let commands: String
    /// The destinations that rules tell apart, each with two addresses of it.
    let destinations: [String: [IPAddress]]
    /// Whose path it is.
    let from: String

    /// Two addresses that no rule names.
    static let elsewhere: [IPAddress] = [.v4(0xC633_6407), .v4(0xC000_024D)]
    /// 172.16.5.7 and 172.29.1.1, of 172.16.0.0/12.
    static let twelve: [String: [IPAddress]] = ["172.16.0.0/12": [.v4(0xAC10_0507), .v4(0xAC1D_0101)]]

    init(
        _ description: String,
        _ commands: String,
        _ destinations: [String: [IPAddress]] = Self.twelve,
        from: String = "10.0.1.0/24"
    ) {
        testDescription = description
        self.commands = commands
        self.destinations = destinations
        self.from = from
    }

    /// All addresses to which packets are sent.
    var addresses: [IPAddress] { Self.elsewhere + destinations.values.flatMap { $0 } }

    static func nft(_ description: String, _ rules: String, _ destinations: [String: [IPAddress]] = twelve)
        -> DestinationScene
    {
        DestinationScene(description, "nft -f - <<'END'\ntable ip t {\n\(rules)\n}\nEND", destinations)
    }

    private static let post = "chain post {\ntype nat hook postrouting priority 100;\n"

    static let all =
        ["nft", "legacy"].map { backend in
            DestinationScene(
                "iptables-\(backend) -d",
                """
                iptables-\(backend) -t nat -A POSTROUTING -d 172.16.0.0/12 -o wan -j MASQUERADE --random-fully
                iptables-\(backend) -t nat -A POSTROUTING -o wan -j MASQUERADE
                """
            )
        } + [
            DestinationScene(
                "iptables ! -d",
                "iptables-nft -t nat -A POSTROUTING ! -d 172.16.0.0/12 -o wan -j MASQUERADE"
            ),
            DestinationScene(
                "iptables -m iprange",
                """
                iptables-nft -t nat -A POSTROUTING -m iprange --dst-range 172.16.0.0-172.31.255.255 -j RETURN
                iptables-nft -t nat -A POSTROUTING -o wan -j MASQUERADE
                """
            ),
            DestinationScene(
                "ipset",
                """
                ipset create inner hash:net
                ipset add inner 172.16.0.0/12
                iptables-nft -t nat -A POSTROUTING -o wan -m set ! --match-set inner dst -j MASQUERADE --random
                iptables-nft -t nat -A POSTROUTING -o wan -j MASQUERADE
                """
            ),
            DestinationScene(
                "a prefix in a chain that another one leads to",
                """
                iptables-nft -t nat -N inner
                iptables-nft -t nat -A POSTROUTING -d 172.16.0.0/12 -j inner
                iptables-nft -t nat -A POSTROUTING -o wan -j MASQUERADE
                iptables-nft -t nat -A inner -d 172.20.0.0/16 -j RETURN
                iptables-nft -t nat -A inner -j MASQUERADE --random
                """,
                twelve.merging(["172.20.0.0/16": [.v4(0xAC14_0102), .v4(0xAC14_FF09)]]) { $1 }
            ),
            DestinationScene(
                "a filter",
                """
                iptables-nft -A FORWARD -d 172.16.0.0/12 -j DROP
                iptables-nft -t nat -A POSTROUTING -o wan -j MASQUERADE
                """
            ),
            DestinationScene(
                "no tracking",
                """
                iptables-nft -t raw -A PREROUTING -d 172.16.0.0/12 -j CT --notrack
                iptables-nft -t nat -A POSTROUTING -o wan -j MASQUERADE
                """
            ),
            nft(
                "a set with intervals",
                """
                set s { type ipv4_addr; flags interval; elements = { 172.16.0.0/12, 100.64.0.0-100.64.0.5 }; }
                \(post) ip daddr @s masquerade random
                masquerade
                }
                """,
                twelve.merging([
                    "100.64.0.0/30": [.v4(0x6440_0001), .v4(0x6440_0002)],
                    "100.64.0.4/31": [.v4(0x6440_0004), .v4(0x6440_0005)],
                ]) { $1 }
            ),
            nft("an interval", "\(post) ip daddr 172.16.0.0-172.31.255.255 masquerade random\nmasquerade\n}"),
            nft("all but an interval", "\(post) ip daddr != 172.16.0.0-172.31.255.255 masquerade\n}"),
            nft(
                "a map of addresses",
                """
                map m { type ipv4_addr : ipv4_addr; flags interval; elements = { 172.16.0.0/12 : 203.0.113.1 }; }
                \(post) snat to ip daddr map @m
                }
                """
            ),
            nft(
                "a map of verdicts",
                """
                chain inner {
                masquerade random
                }
                \(post) ip daddr vmap { 172.16.0.0/12 : jump inner, 10.0.0.0/8 : accept }
                masquerade
                }
                """,
                twelve.merging(["10.0.0.0/8": [.v4(0x0A63_0001), .v4(0x0A0A_0A0A)]]) { $1 }
            ),
            nft(
                "a map of marks",
                """
                chain pre {
                type filter hook prerouting priority -150;
                meta mark set ip daddr map { 172.16.0.0/12 : 7 }
                }
                \(post) meta mark 7 masquerade random
                masquerade
                }
                """
            ),
            nft(
                "pairs of addresses",
                """
                set s { type ipv4_addr . ipv4_addr; flags interval; elements = { 10.0.1.0/24 . 172.16.0.0/12 }; }
                \(post) ip saddr . ip daddr @s masquerade random
                masquerade
                }
                """
            ),
            DestinationScene(
                "two addresses compared at once",
                "nft -f - <<'END'\ntable ip t {\n\(post) ip saddr 10.0.1.2 ip daddr 172.16.5.7 masquerade random\nmasquerade\n}\n}\nEND",
                ["172.16.5.7": [.v4(0xAC10_0507)]],
                from: "10.0.1.2"
            ),
        ]
}
