internal import NetlinkBridge

/// `udp-high-ports-blocked`: UDP gets out to STUN's port, and not to those that peers use.
enum HighPorts {
    /// STUN's port, and what Tailscale, WireGuard and ephemeral ports use.
    private static let low: UInt16 = 3478
    private static let high: [UInt16] = [41_641, 51_820, 60_123]

    static func findings(_ evidence: Evidence) -> [Finding] {
        let byRule = evidence.paths.filter { path in
            path.candidate.goal == .elsewhere && evidence.passes(path, toPort: low) == true
                && high.allSatisfy { evidence.passes(path, toPort: $0) == false }
        }.map { path in
            finding(evidence: ["path \(path.words)"], "Rules of this host drop it.")
        }
        let byProbe = evidence.probes.compactMap { probe -> Finding? in
            let blocked = probe.servers.filter { silent in
                guard silent.isSilent, let port = silent.address?.port, port >= 10_000 else { return false }
                return probe.servers.contains { other in
                    other.mapped != nil && other.address?.address == silent.address?.address
                        && (other.address?.port).map { $0 < 10_000 } ?? false
                }
            }
            guard !blocked.isEmpty else { return nil }
            return finding(
                evidence: blocked.map { "\($0.server): \($0.error ?? "no answer")" },
                "The same server's address answers on a low port."
            )
        }
        return byRule + byProbe
    }

    private static func finding(evidence: [String], _ why: String) -> Finding {
        Finding(
            .udpHighPortsBlocked,
            .warning,
            "UDP gets out to port 3478, but not to high ports",
            detail:
                "\(why) STUN works and tells an address, and no packet to a peer gets out: peers listen on ports such as 41641 "
                + "(Tailscale), 51820 (WireGuard) or any other above 1023.",
            evidence: evidence
        )
    }
}
