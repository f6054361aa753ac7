/// The whole program on one screen: what is done, in which order, with nothing decided here.
///
///     datagrams ─▶ HostSnapshot ─▶ Ruleset ─▶ PacketWalk ─▶ EgressPath ┐
///                                 probes ─▶ ProbeTranscript ───────────┴▶ Evidence ─▶ ScanReport
///                                                                             └─▶ FixPlan ─▶ NftBatch ─▶ kernel
///
/// All of it acts in the calling thread's network namespace, but for probes that are sent from a client's place.
public enum Pipeline {
    /// Reads the host and draws the conclusions; sends nothing.
    ///
    /// Where the rules would not hold still, what packets meet is enough; the limits say so. The paths that the user asks
    /// for are among those that are followed. The progress is told what is being done, before it is done.
    public static func read(
        namespace: String,
        requests: [PathRequest] = [],
        _ progress: CheckProgress = CheckProgress()
    ) throws -> Evidence {
        try SnapshotReader.readWhatIsMet(namespace: namespace, requests: requests, progress) { snapshot in
            progress.now("following the paths through the rules")
            return Evidence(snapshot)
        }
    }

    /// Reads the host for a change of it: nothing is planned on rules that would not hold still.
    public static func readWhole(namespace: String) throws -> Evidence {
        Evidence(try SnapshotReader.read(namespace: namespace))
    }

    /// Draws the conclusions from a host's capture; this host is not looked at.
    public static func read(_ capture: Capture, requests: [PathRequest] = []) throws -> Evidence {
        Evidence(try capture.snapshot(requests: requests))
    }

    /// Looks whether a fix is recorded in this namespace, and puts that beside the evidence; changes nothing.
    public static func remember(_ evidence: Evidence) -> Evidence { evidence.adding(RememberedFix.read()) }

    /// Looks which ports live flows hold, and puts that beside the evidence; sends nothing.
    public static func observe(_ evidence: Evidence) -> Evidence { evidence.adding(FlowSurvey.read()) }

    /// Probes, from the host or from a client's place behind it, and puts the result beside the evidence.
    public static func probe(
        _ evidence: Evidence,
        _ plan: ProbePlan,
        from place: ProbePlace,
        isInterrupted: (@Sendable () -> Bool)? = nil,
        announce: @Sendable (ProbeAnnouncement) -> Void
    ) throws -> Evidence {
        let transcripts = try place.run(plan, isInterrupted: isInterrupted, announce: announce)
        return evidence.adding(
            transcripts.map { transcript in
                let here = HostTranslations(of: transcript) { evidence.translatesNothing }
                return ProbeReport(transcript, from: place.words, here)
            }
        )
    }

    /// Says what was found.
    public static func report(_ evidence: Evidence, time: String) -> ScanReport {
        ScanReport(evidence, time: time)
    }
}
