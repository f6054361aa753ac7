internal import NetlinkBridge

/// `double-nat` and `carrier-grade-nat`: this host's outward address is not the one that servers see.
enum NATsInARow {
    static func findings(_ evidence: Evidence) -> [Finding] {
        // A cloud's one-to-one address is no NAT in this sense, and a tunnel's address says nothing of what carries it.
        guard evidence.snapshot.host.cloud == nil else { return [] }
        return WayOut.all(evidence).filter { !$0.isTunnel }.compactMap { way in
            guard let address = way.address else { return nil }
            let seen = upstream(of: address, evidence)
            if address.isCarrierShared, !isPodRange(way, evidence) { return carrier(way, address, seen) }
            guard address.isPrivate, let seen, isTranslating(way, evidence) else { return nil }
            return Finding(
                .doubleNAT,
                .note,
                "another NAT stands behind this one",
                detail:
                    "This host translates to \(address) on \(way.link.name), and servers see \(seen): what is behind this host "
                    + "is translated twice. Both have to be easy, and a port forwarding has to be set on both.",
                evidence: ["\(way.link.name) has \(address)", "servers saw \(seen)"]
            )
        }
    }

    private static func carrier(_ way: WayOut, _ address: IPAddress, _ seen: IPAddress?) -> Finding {
        Finding(
            .carrierGradeNAT,
            .note,
            "the provider translates: \(address) is shared address space",
            detail:
                "RFC 6598 sets 100.64.0.0/10 aside for what is between a provider's NAT and its customers. Nobody outside "
                + "can be forwarded a port there; whether it is easy, only a probe tells.",
            evidence: ["\(way.link.name) has \(address)"] + (seen.map { ["servers saw \($0)"] } ?? [])
        )
    }

    /// The address that servers saw of what left with an address of this host; nil where that is the very address, or not known.
    private static func upstream(of address: IPAddress, _ evidence: Evidence) -> IPAddress? {
        for probe in evidence.probes {
            for server in probe.servers {
                guard let mapped = server.mapped, mapped.address != address,
                    (server.translatedHere ?? probe.local)?.address == address
                else { continue }
                return mapped.address
            }
        }
        return nil
    }

    private static func isTranslating(_ way: WayOut, _ evidence: Evidence) -> Bool {
        evidence.paths.contains { $0.outIndex == way.link.index && $0.deciding != nil && $0.candidate.origin != .host }
    }

    /// Tells whether the range is used for pods: this is one, or other interfaces have addresses or routes in it. (A VPN's may:
    /// Tailscale's addresses are of that range too.)
    private static func isPodRange(_ way: WayOut, _ evidence: Evidence) -> Bool {
        let snapshot = evidence.snapshot
        if way.link.kind.map({ "\($0)" }) == "veth" { return true }
        let others = Set(snapshot.links.filter { $0.index != way.link.index && !$0.isTunnel }.map(\.index))
        return snapshot.addresses.contains { others.contains($0.interface) && $0.address.isCarrierShared }
            || snapshot.routes.contains { route in
                route.destination.address.isCarrierShared
                    && route.nextHops.contains { $0.interface.map { others.contains($0) } ?? false }
            }
    }
}
