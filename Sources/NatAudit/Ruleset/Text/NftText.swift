internal import NetlinkBridge

/// Writes the statements of a rule in nft's syntax, as `nft list ruleset` prints them.
struct NftText {
    /// The family of the rule's table.
    let family: NftFamily
    /// Looks up a set of the rule's table.
    let sets: (KernelName) -> NftSet?

    /// The whole rule, with its comment where it has one, escaped for display.
    func text(of statements: [Statement], comment: [UInt8]? = nil) -> String {
        var pieces: [Piece] = []
        var dependencies = Dependencies(tableFamily: family)
        for statement in statements {
            let piece = self.piece(for: statement, &dependencies)
            // nft leaves out a protocol test that the next match implies.
            if let last = pieces.last, let implied = last.dependency, piece.implies == implied {
                pieces.removeLast()
            }
            pieces.append(piece)
        }
        if let comment { pieces.append(Piece("comment \(Self.quoted(comment))")) }
        return pieces.map(\.text).filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// A part of a rule's text, and how it hangs together with its neighbours.
    private struct Piece {
        let text: String
        var dependency: Dependency?
        var implies: Dependency?

        init(_ text: String, dependency: Dependency? = nil, implies: Dependency? = nil) {
            self.text = text
            self.dependency = dependency
            self.implies = implies
        }
    }

    private func piece(for statement: Statement, _ dependencies: inout Dependencies) -> Piece {
        switch statement {
        case .match(let condition):
            let implied = dependencies.implied(by: condition)
            let text = self.text(of: condition, dependencies)
            return Piece(text, dependency: dependencies.note(condition), implies: implied)
        case .translateSource(let translation): return Piece(text(of: translation))
        case .translateDestination(let words): return Piece(words)
        case .verdict(let verdict): return Piece(Self.text(of: verdict))
        case .verdictMap(let operands, let map):
            return Piece("\(words(for: operands, dependencies)) vmap \(text(ofSet: map, operands, dependencies))")
        case .change(let words), .silent(let words): return Piece(words)
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

    private func text(of translation: SourceTranslation) -> String {
        let ports = translation.ports.map { ":\(Self.text(ofPorts: $0))" } ?? ""
        let flags = translation.flags.words.joined(separator: ",")
        var target = translation.addresses.map(\.description).joined(separator: ", ")
        if target.contains(":"), !ports.isEmpty { target = "[\(target)]" }
        if let undecided = translation.undecided { target += "(\(escapedForDisplay(undecided)))" }
        let statement =
            switch translation.kind {
            case .masquerade: "masquerade"
            case .snat: family == .inet ? "snat \(translation.addressFamily ?? "ip")" : "snat"
            case .netmap: family == .inet ? "snat \(translation.addressFamily ?? "ip") prefix" : "snat prefix"
            }
        let to = target.isEmpty && ports.isEmpty ? "" : "to \(target)\(ports)"
        return [statement, to, flags].filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// A port, or a range of ports.
    static func text(ofPorts ports: ClosedRange<UInt16>) -> String {
        ports.count == 1 ? "\(ports.lowerBound)" : "\(ports.lowerBound)-\(ports.upperBound)"
    }

    /// Bytes from outside in double quotes.
    static func quoted(_ bytes: [UInt8]) -> String { "\"\(escapedForDisplay(bytes))\"" }
}

extension SourceTranslation {
    /// nft's word for the family of the addresses; nil where there are none.
    fileprivate var addressFamily: String? { addresses.first?.first.family.rawValue }
}
