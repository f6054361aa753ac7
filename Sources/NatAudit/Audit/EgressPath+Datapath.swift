internal import NetlinkBridge

extension EgressPath {
    /// The same path, unknown where something outside netfilter handles the packets on its way out, or may translate what
    /// no rule does.
    ///
    /// What rules drop does not get there.
    func seeing(_ snapshot: HostSnapshot, _ hidden: HiddenTranslation?) -> EgressPath {
        if let datapath = datapaths(in: snapshot).first, verdict != .blocked, verdict != .unknown {
            let alone = "the rules, which alone make it \(verdict.rawValue)"
            return doubted("\(datapath.phrase) may handle it outside \(alone)")
        }
        if let hidden, verdict == .noNAT { return doubted(hidden.words) }
        if snapshot.datapaths.hidesPrograms, let interface = snapshot.datapaths.ciliumInterfaces.first,
            verdict != .blocked, verdict != .unknown
        {
            return doubted("Cilium has the interface \(interface), and its BPF programs could not be asked for")
        }
        return self
    }

    private func doubted(_ reason: String) -> EgressPath {
        EgressPath(
            candidate: candidate,
            packet: packet,
            outInterface: outInterface,
            outIndex: outIndex,
            inInterface: inInterface,
            outcomes: outcomes,
            verdict: .unknown,
            reason: reason
        )
    }

    /// What handles the packets on their way out beside netfilter.
    func datapaths(in snapshot: HostSnapshot) -> [Datapath] {
        guard let link = snapshot.links.first(where: { $0.name == outInterface }) else { return [] }
        return snapshot.datapaths(on: link.index)
    }
}
