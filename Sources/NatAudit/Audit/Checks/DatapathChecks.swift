internal import NetlinkBridge

/// `bpf-datapath`: packets are handled by what netfilter does not know of, be it a BPF program, an action of traffic
/// control, Open vSwitch or IPVS.
enum OutsideDatapaths {
    static func findings(_ evidence: Evidence) -> [Finding] {
        let datapaths = evidence.snapshot.datapaths
        var findings: [Finding] = []
        let decisive = Set(evidence.paths.flatMap { $0.datapaths(in: evidence.snapshot) })
        let outward = datapaths.found.filter { decisive.contains($0) }
        if let first = outward.first {
            findings.append(
                Finding(
                    .bpfDatapath,
                    .warning,
                    "packets leave through \(first.kind.phrase) that the rules do not show",
                    detail:
                        "It may translate, redirect or drop them outside netfilter, so that the rules do not decide: "
                        + "only a probe can tell what the path does.",
                    evidence: Datapath.lines(outward),
                    remedies: [probe]
                )
            )
        }
        let others = Datapath.lines(datapaths.found.filter { !decisive.contains($0) })
        let interfaces = datapaths.ciliumInterfaces.map { "interface \($0) of Cilium" }
        let hidden = HiddenTranslation(evidence.ruleset).map { [$0.words] } ?? []
        let services = evidence.snapshot.virtualServices > 0 ? ["IPVS has services in this namespace"] : []
        let beside = others + interfaces + hidden + services
        if !beside.isEmpty {
            findings.append(
                Finding(
                    .bpfDatapath,
                    .note,
                    "packets are also handled outside the rules",
                    detail:
                        "None of it was seen on the way out of a path. It may still redirect or translate packets before "
                        + "they meet a rule.",
                    evidence: beside,
                    remedies: [probe]
                )
            )
        }
        return findings
    }

    /// A sentence for each, as what could not be seen.
    static func limits(_ evidence: Evidence) -> [String] {
        let datapaths = evidence.snapshot.datapaths
        let lines = Datapath.lines(datapaths.found).map { "not evaluated, for it is outside netfilter: \($0)" }
        let cilium =
            datapaths.ciliumInterfaces.isEmpty || datapaths.found.contains { $0.owner == "Cilium" }
            ? [] : ["Cilium has interfaces here: what its BPF programs do is not evaluated"]
        return datapaths.limits + lines + cilium + (HiddenTranslation(evidence.ruleset).map { [$0.words] } ?? [])
    }

    private static let probe = Remedy(
        summary: "Measure the path: what servers see does not depend on who translates.",
        environment: "network",
        commands: ["nataudit scan", "nataudit scan --probe-netns pid:N   # from a client's place behind this host"],
        verify: []
    )
}
