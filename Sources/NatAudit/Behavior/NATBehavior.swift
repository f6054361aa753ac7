public import NetlinkBridge

/// What a transcript says about the path: a verdict, always with its reason.
public struct NATBehavior: Hashable, Sendable {
    /// The verdict.
    public let verdict: Verdict
    /// How the path maps; nil where that was not seen, or where there is no NAT.
    public let mapping: MappingBehavior?
    /// How the path filters; nil where that was not seen.
    public let filtering: FilteringBehavior?
    /// Whether an easy mapping holds when it is provoked.
    public let holds: Holds
    /// One sentence that says what the verdict rests on.
    public let reason: String
    /// The address of a server that saw another port than all others, and is not believed; nil where there is none.
    let dissenter: IPAddress?

    /// Judges a transcript.
    ///
    /// `translatedHere` has, for each server endpoint, the address and port in this host's conntrack entry of that flow: where
    /// this host itself made the difference, no server is to be doubted.
    public init(_ transcript: ProbeTranscript, translatedHere: [Endpoint: Endpoint] = [:]) {
        let judgement = Self.judgement(transcript, translatedHere)
        verdict = judgement.verdict
        mapping = judgement.mapping
        reason = judgement.reason
        dissenter = judgement.dissenter
        filtering = transcript.tests.filteringResult.flatMap { try? $0.get() }
        holds = judgement.verdict == .easy ? transcript.tests.holds(byChance: judgement.hasCollided) : .untested
    }

    /// A verdict and what it rests on.
    struct Judgement {
        let verdict: Verdict
        var mapping: MappingBehavior?
        let reason: String
        var dissenter: IPAddress?
        var hasCollided = false

        init(_ verdict: Verdict, _ mapping: MappingBehavior? = nil, _ reason: String) {
            self.verdict = verdict
            self.mapping = mapping
            self.reason = reason
        }
    }

    private static func judgement(
        _ transcript: ProbeTranscript,
        _ translatedHere: [Endpoint: Endpoint]
    ) -> Judgement {
        guard let sample = transcript.sample, !sample.answers.isEmpty else { return silence(transcript) }
        let dissent = Dissent(
            sample,
            confirmedBy: transcript.tests.confirmation,
            witnesses: transcript.witnesses
        )
        guard let odd = dissent.odd(in: sample), !sample.isOddHere(odd, translatedHere) else {
            return Judgement(of: sample)
        }
        return Judgement(of: sample, without: odd, dissent)
    }
}
