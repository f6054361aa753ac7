internal import NetlinkBridge

/// `vpn-default-route`: what goes to elsewhere goes through a VPN.
enum VPNRoutes {
    static func findings(_ evidence: Evidence) -> [Finding] {
        WayOut.all(evidence).filter(\.isTunnel).map { way in
            Finding(
                .vpnDefaultRoute,
                .note,
                "packets to elsewhere go through the tunnel \(way.link.name)",
                detail:
                    "Peers see the address of the VPN's other end, and how that translates decides. Two hosts behind one "
                    + "VPN meet there only where it turns packets around.",
                evidence: ["\(way.link.name): \(way.link.kind.map { "\($0)" } ?? "a tunnel"), the way to elsewhere"]
            )
        }
    }
}
