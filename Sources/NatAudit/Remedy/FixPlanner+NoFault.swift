internal import NetlinkBridge

extension FixPlanner {
    /// What the user named has to be there, and must not pass a hard path by: that would be taken for a fix of it.
    func refuseWhatMissesTheFault() throws(PlanRefusal) {
        let names = evidence.snapshot.links.map(\.name)
        if let name = intent.outInterfaces.first(where: { !names.contains($0) }) {
            throw PlanRefusal(
                "there is no interface \(name) here; there are \(names.map { "\($0)" }.joined(separator: ", "))"
            )
        }
        for path in evidence.paths where path.verdict == .hard && !intent.covers(path) {
            let way = "the path from \(path.candidate.origin) to \(path.candidate.destinationWords)"
            if intent.sources.isEmpty, let out = path.outInterface {
                throw PlanRefusal("\(way) is hard, but it leaves by \(out): name that with --out-interface, or none")
            }
            guard case .subnet(let prefix) = path.candidate.origin,
                let source = intent.sources.first(where: { prefix.contains($0) || $0.contains(prefix) })
            else { continue }
            throw PlanRefusal(
                "\(source) is part of \(way), which is hard by one rule for all of it: name \(prefix) with --source and its "
                    + "interface with --out-interface, or neither"
            )
        }
    }

    /// The plan where no path is at fault: a NAT instance, a guard, or nothing.
    func planWithoutFaults(_ nftables: NftRuleset, isMade: Bool) throws(PlanRefusal) -> FixPlan {
        if let rule = evidence.rules.first(where: { $0.verdict == .hard && $0.reach == .conditional }),
            let path = evidence.paths.first(where: { $0.deciding == rule.reference && $0.verdict == .unknown })
        {
            throw PlanRefusal(
                "\(rule.reference.words) is met only where this holds: \(path.condition ?? "not known"); "
                    + "what is not understood is not overtaken"
            )
        }
        // Where a probe took the path, that is what is known of it.
        let doubtful = evidence.paths.first { path in
            path.verdict == .unknown && intent.covers(path) && !path.datapaths(in: evidence.snapshot).isEmpty
                && [nil, .unknown].contains(evidence.probe(of: path)?.verdict)
        }
        if let doubtful {
            throw PlanRefusal(
                "\(doubtful.reason): what a rule here would change is not known; ask with `nataudit scan`"
            )
        }
        if let probe = evidence.probes.first(where: { $0.verdict == .hard }) {
            throw PlanRefusal(
                probe.attribution == .upstream
                    ? "the port is changed upstream of this host: nothing that is done here helps"
                    : "the probe sees a hard NAT, but no rule that was read explains it: \(probe.reason)"
            )
        }
        if !intent.sources.isEmpty {
            if !isMade { return try InstancePlanner(self, nftables).plan() }
            let translated = evidence.paths.filter { $0.deciding != nil && intent.covers($0) }
            let open = intent.sources.first { source in
                !translated.contains { source.contains($0.packet.source) }
            }
            if let open {
                // A fix that was cut off between its table and forwarding goes on from there.
                if let rest = try? InstancePlanner(self, nftables).rest() { return rest }
                throw PlanRefusal(
                    "nataudit's table is there, but \(open) is not translated: `nataudit undo`, then fix again"
                )
            }
        }
        if intent.isEndpointIndependent, !isMade {
            let rule = evidence.rules.first { $0.verdict != .easy }
            throw PlanRefusal(
                "no path of a client is translated by a rule that --endpoint-independent could overtake"
                    + (rule.map { ": \($0.reference.words): \($0.why)" } ?? "")
            )
        }
        var tables: [NftFamily: PlannedTable] = [:]
        let guarded = addGuard(to: &tables)
        if isMade {
            let other = evidence.mappingUses.values.first {
                $0.features != intent.mappingFeatures || $0.share != intent.mapping?.share
            }
            if intent.isEndpointIndependent, let other {
                throw PlanRefusal(
                    "nataudit's table is there, but it was made with \(other.options): `nataudit undo`, then fix again"
                )
            }
            // What is unknown may be the guard's own doing.
            if let open = guarded.first(where: { $0.isOpen == .yes }) {
                throw PlanRefusal(
                    "nataudit's table is there, but without a guard for \(open.name): `nataudit undo`, then fix again with the same options; with "
                        + "--no-guard it stays as it is"
                )
            }
            tables = [:]
        }
        return FixPlan(
            generation: nftables.generation,
            tables: sorted(tables),
            parameters: [],
            overtaken: [],
            guarded: isMade ? [] : guarded,
            presented: [],
            instanceAddresses: [],
            notes: notes([], isMade ? [] : guarded)
        )
    }
}
