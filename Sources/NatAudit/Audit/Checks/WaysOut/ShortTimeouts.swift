internal import NetlinkBridge

/// `udp-timeout-short`: this host forgets a UDP stream sooner than RFC 4787 allows.
enum ShortTimeouts {
    static func findings(_ evidence: Evidence) -> [Finding] {
        guard let seconds = evidence.flows?.streamTimeout, seconds < 120,
            evidence.paths.contains(where: { $0.deciding != nil })
        else { return [] }
        return [
            Finding(
                .udpTimeoutShort,
                .warning,
                "this host forgets UDP streams after \(seconds) seconds",
                detail:
                    "RFC 4787 REQ-5 demands two minutes at least: what keeps itself alive each minute or two loses its mapping, "
                    + "and is then unreachable until it sends again.",
                evidence: ["net.netfilter.nf_conntrack_udp_timeout_stream = \(seconds)"],
                remedies: [
                    Remedy(
                        summary: "Set the kernel's default again.",
                        environment: "this-host",
                        commands: ["sysctl -w net.netfilter.nf_conntrack_udp_timeout_stream=120"],
                        verify: ["sysctl net.netfilter.nf_conntrack_udp_timeout_stream"]
                    )
                ]
            )
        ]
    }
}
