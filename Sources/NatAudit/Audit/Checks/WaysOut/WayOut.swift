internal import NetlinkBridge

/// The interfaces by which packets to elsewhere leave, each once with its family.
struct WayOut: Hashable {
    let link: Link
    let family: AddressFamily
    /// The host's own address there; nil where it has none.
    let address: IPAddress?

    static func all(_ evidence: Evidence) -> [WayOut] {
        var ways: [WayOut] = []
        for path in evidence.paths where path.candidate.goal == .elsewhere {
            let family = path.candidate.family
            guard let link = evidence.snapshot.links.first(where: { $0.index == path.outIndex }),
                !ways.contains(where: { $0.link.index == link.index && $0.family == family })
            else { continue }
            let own = evidence.snapshot.addresses.first {
                $0.interface == link.index && $0.address.family == family && $0.scope == .universe
            }
            ways.append(WayOut(link: link, family: family, address: own?.address))
        }
        return ways
    }

    /// Tells whether the interface is a tunnel of a VPN.
    var isTunnel: Bool { link.isTunnel }
}

extension Link {
    /// Tells whether the interface is a tunnel of a VPN: packets leave the host by another one, inside others.
    var isTunnel: Bool {
        let kinds: Set<String> = ["wireguard", "tun", "ipsec", "xfrm", "ovpn", "vti", "vti6"]
        return kind.map { kinds.contains("\($0)") } ?? false
    }
}
