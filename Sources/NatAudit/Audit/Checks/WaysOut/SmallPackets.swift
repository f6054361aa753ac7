internal import NetlinkBridge

/// `low-mtu`: the way out cannot carry whole packets of what makes direct connections.
enum SmallPackets {
    /// Below this Coder's client warns (coder, codersdk/workspacesdk, `safeMTU`).
    private static let coderLimit: UInt32 = 1378
    /// What Tailscale and Coder give to the inside: the least that IPv6 allows (RFC 8200 section 5).
    private static let inside: UInt32 = 1280
    /// WireGuard's data header and its authentication tag.
    private static let wireGuard: UInt32 = 32
    private static let udp: UInt32 = 8

    static func findings(_ evidence: Evidence) -> [Finding] {
        // What is sent into a tunnel is packed by its program, which knows what its own way out carries.
        WayOut.all(evidence).filter { !$0.isTunnel && $0.link.mtu < coderLimit }.map { way in
            let header: UInt32 = way.family == .ip ? 20 : 40
            let need = inside + wireGuard + udp + header
            let fits = way.link.mtu >= need
            return Finding(
                .lowMTU,
                fits ? .note : .warning,
                "the way out by \(way.link.name) carries packets of \(way.link.mtu) bytes at most",
                detail: "WireGuard packets of Tailscale and Coder have up to \(need) bytes over "
                    + "\(way.family.words) (1280 inside): "
                    + (fits
                        ? "they fit, though Coder's client warns below \(coderLimit)."
                        : "they do not fit, and are cut to pieces or lost."),
                evidence: ["\(way.link.name): MTU \(way.link.mtu)"]
            )
        }
    }
}
