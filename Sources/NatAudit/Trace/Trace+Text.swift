internal import NetlinkBridge

extension Trace {
    /// The trace as a story for people, escaped and with a newline at the end.
    ///
    /// `isVerbose` tells every rule that is not met; else long rows of them are told by their number.
    public func text(_ style: TextStyle, isVerbose: Bool) -> String {
        var lines = [style.text(headline, as: .strong)]
        if let unknownRules { lines.append("not all can be told: \(unknownRules)") }
        for (index, outcome) in outcomes.enumerated() {
            lines.append("")
            if !outcome.isCertain {
                let conditions = outcome.conditions.joined(separator: "; ")
                let way = outcomes.count > 1 ? "way \(index + 1) of \(outcomes.count), " : ""
                lines += Paragraph.lines("\(way)where: \(conditions)", first: "", indent: 2)
            }
            lines += StoryText(steps: outcome.steps, style: style, isVerbose: isVerbose).lines
            lines += Paragraph.lines("in the end: \(outcome.words)", first: "", indent: 2)
        }
        if let live { lines += [""] + live.lines(style) }
        lines += ["", "verdict: \(style.text(verdict))"]
        return lines.joined(separator: "\n") + "\n"
    }

    private var headline: String {
        let name = ["6": "tcp", "17": "udp"]["\(packet.transport)"] ?? "protocol \(packet.transport)"
        var words = "\(name) from \(packet.sourceWords) to \(packet.destinationWords)"
        if case .link(_, let interface) = packet.inInterface {
            words += ", in by \(interface)"
        } else {
            words += ", from this host"
        }
        if request.mark != 0 { words += ", mark 0x\(String(request.mark, radix: 16))" }
        return words
    }
}

/// The steps of one way, hook by hook and chain by chain.
private struct StoryText {
    /// How many rules that are not met are shown in a row.
    private static let row = 4

    let steps: [WalkStep]
    let style: TextStyle
    let isVerbose: Bool

    var lines: [String] {
        var lines: [String] = []
        var hook: NetfilterHook?
        var place: ChainPlace?
        var missed: [WalkStep] = []
        func flush() {
            let shown = isVerbose || missed.count <= Self.row ? missed : Array(missed.prefix(1))
            for case .missed(let place, let rule, let condition) in shown {
                lines.append(style.text("    rule \(place.position)  \(rule.text)", as: .faint))
                lines.append(style.text("        is not met: \(condition)", as: .faint))
            }
            if shown.count < missed.count {
                let more = "    and \(missed.count - shown.count) more rules are not met (--verbose shows them)"
                lines.append(style.text(more, as: .faint))
            }
            missed = []
        }
        func enter(_ chain: ChainPlace) {
            guard chain != place else { return }
            flush()
            place = chain
            lines.append("  \(chain)")
        }
        for step in steps {
            switch step {
            case .chain(let next, let chain):
                flush()
                if next != hook {
                    hook = next
                    lines.append("\(next)")
                }
                place = nil
                enter(chain)
            case .missed(let rule, _, _):
                enter(rule.place)
                missed.append(step)
            case .rule(let place, let rule, let effect):
                enter(place.place)
                flush()
                lines.append("    rule \(place.position)  \(rule.text)")
                lines.append("        \(style.text(effect, as: .strong))")
            case .policy(let chain):
                enter(chain)
                flush()
                lines.append("    its policy is drop")
            case .way(let words), .note(let words):
                flush()
                (hook, place) = (nil, nil)
                lines.append(words)
            }
        }
        flush()
        return lines
    }
}
