internal import NetlinkBridge

/// `no-stun-servers` and `multiple-egress-addresses`: probes that could not tell.
enum Silence {
    static func findings(_ evidence: Evidence) -> [Finding] {
        evidence.lacksServers ? [withoutServers] : ofProbes(evidence)
    }

    private static let withoutServers = Finding(
        .noSTUNServers,
        .warning,
        "the deployment has no STUN server",
        detail:
            "Its DERP map names none, so that its clients learn no address outside of their own network: what is behind a NAT "
            + "connects through a relay.",
        remedies: [
            Remedy(
                summary: "Give the deployment STUN servers: at least two, of another address each.",
                environment: "coder",
                commands: [
                    "CODER_DERP_SERVER_STUN_ADDRESSES=stun.l.google.com:19302,stun.cloudflare.com:3478   # coder server"
                ],
                verify: ["nataudit stun --derp-map FILE"]
            )
        ]
    )

    private static func ofProbes(_ evidence: Evidence) -> [Finding] {
        evidence.probes.filter { $0.verdict == .unknown }.compactMap { probe in
            let addresses = Set(probe.presented.map(\.address))
            if addresses.count > 1 {
                return Finding(
                    .multipleEgressAddresses,
                    .warning,
                    "servers saw several addresses of one socket",
                    detail: "The way out changes its address by the destination; the ports are the same.",
                    evidence: probe.servers.compactMap(\.comparison)
                )
            }
            guard probe.presented.isEmpty else { return nil }
            return Finding(
                .noSTUNServers,
                .note,
                "no STUN server answered",
                detail: "What lies upstream could not be measured: \(probe.reason).",
                evidence: probe.servers.compactMap { server in server.error.map { "\(server.server): \($0)" }
                },
                remedies: [
                    Remedy(
                        summary: "Name servers that can be reached, or run your own at two addresses.",
                        environment: "network",
                        commands: [
                            "nataudit serve --listen ADDRESS --listen OTHER-ADDRESS   # on a host outside",
                            "nataudit scan --stun ADDRESS --stun OTHER-ADDRESS",
                        ],
                        verify: []
                    )
                ]
            )
        }
    }
}

/// `stun-servers-disagree`: one server saw another port than all others.
enum Disagreeing {
    static func findings(_ evidence: Evidence) -> [Finding] {
        evidence.probes.compactMap { probe in
            guard let dissenter = probe.dissenter else { return nil }
            let name = probe.servers.first { $0.address?.address == dissenter }?.server ?? "\(dissenter)"
            let isOpen = probe.verdict == .unknown
            return Finding(
                .stunServersDisagree,
                .warning,
                isOpen ? "STUN servers disagree" : "one STUN server saw another port than all others: \(name)",
                detail: isOpen
                    ? "Nothing tells which of them errs. A third one, of another operator, would."
                    : "It did so twice, from two sockets: it errs, or what is sent to it takes another way. It is not counted.",
                evidence: probe.servers.compactMap(\.comparison),
                remedies: [
                    Remedy(
                        summary: "Ask other servers, each of another operator.",
                        environment: "network",
                        commands: ["nataudit stun SERVER OTHER-SERVER THIRD-SERVER"],
                        verify: []
                    )
                ]
            )
        }
    }
}

/// `permission-missing`: what could not be read for want of a privilege.
enum Permissions {
    static func findings(_ evidence: Evidence) -> [Finding] {
        let gaps = evidence.snapshot.gaps.filter(\.isPermission)
        guard !gaps.isEmpty else { return [] }
        return [
            Finding(
                .permissionMissing,
                .note,
                "CAP_NET_ADMIN is missing",
                detail: "The rules of this host could not be read, so that nothing is said of them.",
                evidence: gaps.map(\.sentence),
                remedies: [
                    Remedy(
                        summary: "Run it as root, or with that capability.",
                        environment: "this-host",
                        commands: ["sudo nataudit scan"],
                        verify: []
                    )
                ]
            )
        ]
    }
}
