internal import NetlinkBridge

/// What a source translation does to a mapping, taken alone.
struct TranslationVerdict {
    /// `hard`, `easy`, or `unknown`.
    let verdict: Verdict
    /// Why, as the end of a sentence that begins with the rule.
    let clause: String

    /// Judges a translation (facts measured on Linux 6.18, see the README's table).
    init(_ translation: SourceTranslation) {
        let isPool = translation.addresses.contains { $0.first != $0.last }
        if translation.isEndpointIndependent {
            verdict = .easy
            clause = "keeps one port for each internal address and port, also where others use the same port"
        } else if translation.drawsPorts {
            verdict = .hard
            let word = translation.flags.contains(.fullyRandom) ? "fully-random" : "random"
            clause = "draws another port for every destination (\(word))"
        } else if let undecided = translation.undecided {
            let isDrawn = undecided == "numgen"
            verdict = isDrawn ? .hard : translation.isFixedPerSource ? .easy : .unknown
            clause =
                "leaves the choice to \(escapedForDisplay(undecided))"
                + (verdict == .easy ? ", which the source alone decides" : "")
        } else if isPool, translation.kind == .snat, !translation.flags.contains(.persistent) {
            verdict = .unknown
            clause = "chooses an address of a pool by the destination (no persistent)"
        } else {
            verdict = .easy
            clause = translation.ports == nil ? "keeps the port" : "keeps one port for every destination"
        }
    }
}
