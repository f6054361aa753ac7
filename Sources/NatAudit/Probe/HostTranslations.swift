public import NetlinkBridge

/// What this host's connection tracking made of a probe's flows.
public struct HostTranslations: Hashable, Sendable {
    /// For each server that was asked, the address and port in this host's entry for that flow, reply direction.
    ///
    /// A flow of which nothing is known has no value.
    public let endpoints: [Endpoint: Endpoint]
    /// Why nothing is known of a flow, as a clause; nil where something is known of each.
    public let gap: String?

    /// Looks the flows up in the network namespace of the calling thread, as long as the entries live: 30 seconds for a
    /// single exchange (net.netfilter.nf_conntrack_udp_timeout).
    ///
    /// - Parameters:
    ///   - transcript: what was asked; looked up are the flows to servers that have an address.
    ///   - translatesNothing: tells whether no rule of this host translates sources, for certain. Asked only where a flow
    ///     has no entry: then it keeps the socket's own address and port.
    public init(of transcript: ProbeTranscript, whereNot translatesNothing: () -> Bool) {
        guard let local = transcript.local else {
            (endpoints, gap) = ([:], nil)
            return
        }
        var known: [Endpoint: Endpoint] = [:]
        var missing: [Endpoint] = []
        var gap = "this host's connection tracking has no entry of these flows"
        for server in transcript.servers.compactMap(\.endpoint) {
            do {
                let entry = try ConntrackTable.entry(original: ConntrackTuple.udp(from: local, to: server))
                if let entry { known[server] = entry.presentedSource } else { missing.append(server) }
            } catch let error as NetlinkError where error.isPermission {
                missing.append(server)
                gap = "this host's connection tracking could not be read (CAP_NET_ADMIN is missing)"
            } catch {
                missing.append(server)
                gap = "\(error)"
            }
        }
        if !missing.isEmpty, translatesNothing() {
            for server in missing { known[server] = local }
            missing = []
        }
        endpoints = known
        self.gap = missing.isEmpty ? nil : gap
    }
}
