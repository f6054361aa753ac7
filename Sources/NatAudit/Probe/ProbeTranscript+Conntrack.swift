public import NetlinkBridge

extension ProbeTranscript {
    /// For each server, the address and port in this host's conntrack entry of the flow, reply direction.
    ///
    /// A flow without an entry, or one that cannot be read for want of CAP_NET_ADMIN, has no value: without
    /// knowing the host's rules, nothing is said of it. Reads the network namespace of the calling thread, as
    /// long as the entries live: 30 seconds for a single exchange (net.netfilter.nf_conntrack_udp_timeout).
    public func translationsInConntrack() -> [Endpoint: Endpoint] {
        guard let local else { return [:] }
        var result: [Endpoint: Endpoint] = [:]
        for server in servers.compactMap(\.endpoint) {
            let entry = try? ConntrackTable.entry(original: ConntrackTuple.udp(from: local, to: server))
            result[server] = entry?.presentedSource
        }
        return result
    }
}
