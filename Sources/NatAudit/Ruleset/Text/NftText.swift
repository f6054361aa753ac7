internal import NetlinkBridge

/// Writes the statements of a rule in nft's syntax, as `nft list ruleset` prints them.
struct NftText {
    /// The family of the rule's table.
    let family: NftFamily
    /// Looks up a set of the rule's table.
    let sets: (KernelName) -> NftSet?

    /// The whole rule, with its comment where it has one, escaped for display.
    ///
    /// `phrases` say, by index, how nft writes statements that keep less than its words.
    func text(of statements: [Statement], phrases: [Int: NftPhrase] = [:], comment: [UInt8]? = nil) -> String {
        var pieces: [String] = []
        var dependencies = Dependencies(tableFamily: family)
        /// The tests of a protocol that may yet turn out to be superfluous.
        var tests: [Layer: Int] = [:]
        var index = statements.startIndex
        while index < statements.endIndex {
            var statement = statements[index]
            let phrase = phrases[index]
            if let range = Self.range(at: index, in: statements) {
                statement = .match(range)
                index += 1
            }
            index += 1
            // nft leaves out a protocol test where a later field names the protocol.
            for layer in layers(namedBy: statement, phrase, dependencies) {
                if let test = tests.removeValue(forKey: layer) { pieces[test] = "" }
            }
            pieces.append(text(of: statement, phrase, dependencies))
            if case .match(let condition) = statement, let layer = dependencies.note(condition) {
                tests[layer] = pieces.count - 1
            }
        }
        if let comment { pieces.append("comment \(Self.quoted(comment))") }
        return pieces.filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// The range that two comparisons of one operand make, as nft compiles `a-b`.
    private static func range(at index: Int, in statements: [Statement]) -> Condition? {
        guard index + 1 < statements.endIndex,
            case .match(.compare(let operand, .greaterOrEqual, let low)) = statements[index],
            case .match(.compare(operand, .lessOrEqual, let high)) = statements[index + 1]
        else { return nil }
        return .range(operand, from: low, to: high, inverted: false)
    }

    private func layers(
        namedBy statement: Statement,
        _ phrase: NftPhrase?,
        _ dependencies: Dependencies
    ) -> Set<Layer> {
        switch (phrase, statement) {
        case (.hidden, _): []
        case (.words(_, let operands), _): dependencies.layers(namedBy: operands)
        case (.refusal(let type, _), _): type == 0 ? [.network] : []
        case (.assignment(_, _, let value), _): dependencies.layers(namedBy: value)
        // nft forgets the tests before it looks at the ports.
        case (.translation(let phrase), _): dependencies.layers(namedBy: phrase.addresses)
        case (nil, .match(let condition)): dependencies.layers(namedBy: condition)
        case (nil, .verdictMap(let operands, _)): dependencies.layers(namedBy: operands)
        case (nil, _): []
        }
    }

    private func text(of statement: Statement, _ phrase: NftPhrase?, _ dependencies: Dependencies) -> String {
        switch phrase {
        case .hidden: return ""
        case .words(let words, _): return words
        case .refusal(let type, let code): return NftPhrase.text(ofReject: type, code: code, dependencies)
        case .assignment(let words, let target, let value):
            return "\(words) \(self.text(of: value, like: target, dependencies))"
        case .translation(let phrase): return text(of: phrase, dependencies)
        case nil: break
        }
        switch statement {
        case .match(let condition): return text(of: condition, dependencies)
        case .translateSource(let translation): return text(of: translation)
        case .verdict(let verdict): return Self.text(of: verdict)
        case .verdictMap(let operands, let map):
            return "\(words(for: operands, dependencies)) vmap \(text(ofSet: map, operands, dependencies))"
        case .translateDestination(let translation): return translation.words
        case .mark(let assignment): return assignment.words
        case .untrack(let words), .change(_, let words), .silent(let words): return words
        }
    }

    /// nft's word for a verdict.
    static func text(of verdict: NftVerdict) -> String {
        switch verdict {
        case .accept: "accept"
        case .drop: "drop"
        case .continue: "continue"
        case .break: "break"
        case .return: "return"
        case .jump(let chain): "jump \(chain)"
        case .goto(let chain): "goto \(chain)"
        case .other(let code): "verdict \(code)"
        }
    }

    /// Bytes from outside in double quotes; one within has a backslash before it, so that the end can be told.
    static func quoted(_ bytes: [UInt8]) -> String {
        "\"\(escapedForDisplay(bytes).replacing("\"", with: "\\\""))\""
    }
}
