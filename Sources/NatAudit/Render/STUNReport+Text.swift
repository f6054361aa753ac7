internal import NetlinkBridge

extension STUNReport {
    /// The report for a person: the verdict first, then each server, then what it rests on; ends with a
    /// newline.
    ///
    /// `isVerbose` adds what each name stood for and what the servers call themselves.
    public func text(_ style: TextStyle = .plain, isVerbose: Bool = false) -> String {
        let weak = decisive.map { $0.holds.exception(to: $0.verdict) } ?? ""
        let meaning =
            weak.isEmpty
            ? verdict.meaning : "the port stays towards peers that this side sends to first, and changes towards others"
        let word = verdict.rawValue
        // What a verdict means is not always why it was given: an ICMP error may say something else.
        let sentence = verdict == .blocked ? "\(word): \(summary)" : "\(word)\(weak): \(meaning)"
        var lines = Paragraph.lines(sentence, indent: 2)
        if let first = lines.first { lines[0] = style.text(verdict) + first.dropFirst(word.count) }
        for probe in probes { lines += [""] + probe.lines(style, isVerbose: isVerbose) }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension Verdict {
    /// What the verdict means for somebody who wants two machines to talk, in one clause.
    var meaning: String {
        switch self {
        case .easy: "one external address and port for every destination; direct connections can work"
        case .hard:
            "each destination sees another external port, so nobody can be told where to reach this socket"
        case .noNAT: "servers see this socket's own address and port"
        case .blocked: "UDP does not get out, or its answers do not get back"
        case .unknown: "it could not be told what the path does"
        }
    }
}

extension ProbeReport {
    /// One line for the socket, one for each server, one for the reason.
    func lines(_ style: TextStyle, isVerbose: Bool) -> [String] {
        let place = "\(from), \(family.words)"
        var lines = [
            local.map { "one socket, \($0) (\(place)):" } ?? "no socket could be opened (\(place)):"
        ]
        let width = servers.map(\.server.count).max() ?? 0
        let mappedWidth = servers.map { $0.mapped?.description.count ?? 0 }.max() ?? 0
        for server in servers {
            lines.append("  " + server.line(style, width: width, mappedWidth: mappedWidth))
            if isVerbose { lines += server.details.map { "      " + style.text($0, as: .faint) } }
        }
        let word = verdict.rawValue
        var last = Paragraph.lines("\(word): \(outcome)", indent: 2)
        if let first = last.first { last[0] = style.text(verdict) + first.dropFirst(word.count) }
        lines += last
        if verdict == .hard {
            let gap = attributionGap.map { ", for \($0)" } ?? ""
            lines += Paragraph.lines("at fault: \(attribution.meaning)\(gap)", indent: 2)
        }
        for test in testsWorthTelling { lines += test.lines(style) }
        return lines
    }
}

extension ProbeReport {
    /// The tests that have a line: those with a result, those that the verdict raises the question of, and those that were
    /// asked for.
    var testsWorthTelling: [TestReport] {
        tests.filter { verdict == .easy || $0.result != nil || !BehaviorTest.usual.map(\.rawValue).contains($0.test) }
    }

    /// What the servers' lines come to, without what they say themselves.
    private var outcome: String {
        if dissenter != nil || holds.collision == .no && presented.count > 1 { return reason }
        return switch verdict {
        case .easy: "one and the same address and port at every server"
        case .noNAT: "the socket's own address and port at every server"
        case .hard: "one socket had \(Set(presented.map(\.port)).count) different ports"
        case .blocked, .unknown: presented.isEmpty ? "no server told where it saw the socket" : reason
        }
    }
}

extension TestReport {
    /// The test in words, its result, and what that rests on.
    fileprivate func lines(_ style: TextStyle) -> [String] {
        var lines = Paragraph.lines(sentence, indent: 2)
        if result == Self.changes, let first = lines.first {
            lines[0] = style.text(name, as: .doubtful) + first.dropFirst(name.count)
        }
        return lines
    }

    /// The test in words.
    private var name: String { BehaviorTest(rawValue: test)?.words ?? test }

    /// The test, its result and what that rests on.
    var sentence: String { "\(name): \(result.map(Self.words) ?? "not tested"); \(reason)" }

    private static func words(_ result: String) -> String {
        switch result {
        case holds: "the port stays"
        case changes: "the port changes"
        default: result
        }
    }
}

extension BehaviorTest {
    /// What is tested, in a few words.
    fileprivate var words: String {
        switch self {
        case .mapping: "mapping"
        case .filtering: "filtering"
        case .inboundFirst: "when a peer sends first"
        case .collision: "when two inside hosts use one port"
        case .hairpin: "hairpin"
        case .lifetime: "lifetime"
        }
    }
}

extension ServerReport {
    /// The server, where it saw the socket, and how fast it answered; or why it did not.
    fileprivate func line(_ style: TextStyle, width: Int, mappedWidth: Int) -> String {
        let name = server + String(repeating: " ", count: max(0, width - server.count))
        guard let mapped = mapped?.description else {
            return "\(name)  \(style.text(error ?? "no answer", as: .doubtful))"
        }
        let seen = mapped + String(repeating: " ", count: max(0, mappedWidth - mapped.count))
        return "\(name)  saw \(seen)  \(roundTripText)"
    }

    /// The round trip to a tenth of a millisecond.
    private var roundTripText: String {
        guard let rttMilliseconds else { return "(after a repeated request)" }
        return "\((rttMilliseconds * 10).rounded() / 10) ms"
    }

    /// What is worth knowing only when something is odd.
    fileprivate var details: [String] {
        [
            address.map { "asked \($0)" }, translatedHere.map { "this host's conntrack has \($0)" },
            software.map { "calls itself \($0)" },
        ].compactMap { $0 }
    }
}

extension Attribution {
    /// Who it is, in a few words.
    var meaning: String {
        switch self {
        case .thisHost: "this host changes the port"
        case .upstream: "something between this host and the servers changes the port"
        case .both: "this host changes the port, and something behind it does too"
        case .unknown: "not known"
        case .none: "nobody"
        }
    }
}
