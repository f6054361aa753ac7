internal import NetlinkBridge

/// `endpoint-firewall`: no NAT, and yet nobody gets in who was not sent to.
enum EndpointFirewalls {
    static func findings(_ evidence: Evidence) -> [Finding] {
        evidence.probes.compactMap { probe in
            guard probe.verdict == .noNAT, let filtering = probe.filtering, filtering != .endpointIndependent else {
                return nil
            }
            return Finding(
                .endpointFirewall,
                .note,
                "a firewall lets in only what was sent to",
                detail:
                    "There is no NAT between \(probe.from) and the servers, and what a server sent from elsewhere did not arrive "
                    + "(\(filtering.rawValue) filtering). Peers that both send first still meet; who only waits is not reached.",
                evidence: probe.tests.filter { $0.test == BehaviorTest.filtering.rawValue }.map(\.reason)
            )
        }
    }
}
