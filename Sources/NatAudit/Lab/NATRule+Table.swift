extension NATRule {
    /// One rule of every kind that Linux knows, in every backend, on the link `wan` with the address 203.0.113.1.
    public static let table: [NATRule] =
        native.map(nftables)
        + [Backend.iptablesNft, .iptablesLegacy].flatMap { backend in
            targets.map { iptables(backend, $0) }
        }

    /// nft's statements.
    private static let native: [(statement: String, ports: Ports)] = [
        ("masquerade", .kept),
        ("masquerade persistent", .kept),
        ("masquerade to :1024-65535", .kept),
        ("masquerade to :30000-30100", .moved),
        ("masquerade random", .drawn),
        ("masquerade fully-random", .drawn),
        ("masquerade to :1024-65535 random", .drawn),
        ("snat to 203.0.113.1", .kept),
        ("snat to 203.0.113.1 fully-random", .drawn),
    ]

    /// iptables' targets, the same in both backends.
    private static let targets: [(target: String, ports: Ports)] = [
        ("MASQUERADE", .kept),
        ("MASQUERADE --to-ports 1024-65535", .kept),
        ("MASQUERADE --to-ports 30000-30100", .moved),
        ("MASQUERADE --random", .drawn),
        ("MASQUERADE --random-fully", .drawn),
        ("SNAT --to-source 203.0.113.1", .kept),
        ("SNAT --to-source 203.0.113.1 --persistent", .kept),
        ("SNAT --to-source 203.0.113.1:1024-65535", .kept),
        ("SNAT --to-source 203.0.113.1 --random", .drawn),
        ("SNAT --to-source 203.0.113.1 --random-fully", .drawn),
    ]

    private static func nftables(_ row: (statement: String, ports: Ports)) -> NATRule {
        // A port range wants a protocol in front of it.
        let match = row.statement.contains("to :") ? "meta l4proto udp " : ""
        return NATRule(
            name: row.statement,
            backend: .nftables,
            script: """
                table ip nat {
                    chain postrouting {
                        type nat hook postrouting priority srcnat; policy accept;
                        oifname "wan" \(match)\(row.statement)
                    }
                }

                """,
            ports: row.ports
        )
    }

    private static func iptables(_ backend: Backend, _ row: (target: String, ports: Ports)) -> NATRule {
        let match = row.target.contains("-65535") || row.target.contains("--to-ports") ? "-p udp " : ""
        return NATRule(
            name: row.target,
            backend: backend,
            script: """
                *nat
                -A POSTROUTING -o wan \(match)-j \(row.target)
                COMMIT

                """,
            ports: row.ports
        )
    }
}
