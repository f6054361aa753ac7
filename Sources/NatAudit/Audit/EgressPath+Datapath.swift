internal import NetlinkBridge

extension EgressPath {
    /// The same path, unknown where something outside netfilter handles the packets on its way out.
    ///
    /// What rules drop does not get there.
    func seeing(_ snapshot: HostSnapshot) -> EgressPath {
        guard verdict != .blocked, verdict != .unknown, let datapath = datapaths(in: snapshot).first else {
            return self
        }
        return EgressPath(
            candidate: candidate,
            packet: packet,
            outInterface: outInterface,
            inInterface: inInterface,
            outcomes: outcomes,
            verdict: .unknown,
            reason: "\(datapath.phrase) may handle it outside the rules, which alone make it \(verdict.rawValue)"
        )
    }

    /// What handles the packets on their way out beside netfilter.
    func datapaths(in snapshot: HostSnapshot) -> [Datapath] {
        guard case .link(let index, _) = packet.outInterface else { return [] }
        return snapshot.datapaths(on: InterfaceIndex(index))
    }
}
