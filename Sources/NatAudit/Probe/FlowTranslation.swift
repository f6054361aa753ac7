internal import NetlinkBridge

/// Looks up what this host's connection tracking made of a probe's flows.
enum FlowTranslation {
    /// For each server that was asked, the address and port in this host's entry for that flow, reply direction.
    ///
    /// Without an entry the socket's own address and port where no rule of this host translates sources at all; else
    /// nothing is said of that flow.
    static func translations(of transcript: ProbeTranscript, _ evidence: Evidence) -> [Endpoint: Endpoint] {
        guard let local = transcript.local else { return [:] }
        var result: [Endpoint: Endpoint] = [:]
        for server in transcript.servers.compactMap(\.endpoint) {
            let tuple = ConntrackTuple.udp(from: local, to: server)
            if let entry = try? ConntrackTable.entry(original: tuple) {
                result[server] = entry.presentedSource
            } else if evidence.rules.isEmpty, evidence.snapshot.gaps.isEmpty {
                result[server] = local
            }
        }
        return result
    }
}
