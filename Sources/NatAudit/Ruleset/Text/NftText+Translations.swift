internal import NetlinkBridge

extension NftText {
    /// A translation as it was written.
    func text(of phrase: NftTranslationPhrase, _ dependencies: Dependencies) -> String {
        var words = [phrase.verb]
        let isWhole =
            phrase.addresses.first.map { isConcatenated($0) || phrase.flags.contains(.netmap) } ?? false
        if let address = phrase.family, !phrase.addresses.isEmpty, family == .inet || isWhole {
            words.append("\(address)")
        }
        if phrase.flags.contains(.netmap) { words.append("prefix") }
        let target = self.target(of: phrase, dependencies)
        if !target.isEmpty { words.append("to \(target)") }
        let flags = phrase.flags.words.joined(separator: ",")
        if !flags.isEmpty { words.append(flags) }
        return words.joined(separator: " ")
    }

    private func target(of phrase: NftTranslationPhrase, _ dependencies: Dependencies) -> String {
        let ports = ends(phrase.ports).map { end(of: $0, .number, dependencies) }.joined(separator: "-")
        guard let first = phrase.addresses.first else { return ports.isEmpty ? "" : ":\(ports)" }
        let kind = ValueKind.address(phrase.family == .ip6 ? .ip6 : .ip)
        if case .mapped = first { return end(of: first, kind, dependencies) }
        if phrase.flags.contains(.netmap), case .constant(let low) = first,
            case .constant(let high)? = phrase.addresses.last,
            let prefix = NftValue.prefix(from: low, to: high)
        {
            return prefix.description
        }
        let isBracketed = phrase.family == .ip6 && !ports.isEmpty
        let addresses = ends(phrase.addresses).map { operand in
            let text = end(of: operand, kind, dependencies)
            if case .constant = operand, isBracketed { return "[\(text)]" }
            return text
        }
        return addresses.joined(separator: "-") + (ports.isEmpty ? "" : ":\(ports)")
    }

    /// The first and the last; one where they are the same.
    private func ends(_ operands: [Operand]) -> [Operand] {
        operands.count == 2 && operands[0] == operands[1] ? [operands[0]] : operands
    }

    private func end(of operand: Operand, _ kind: ValueKind, _ dependencies: Dependencies) -> String {
        if case .constant(let bytes) = operand { return kind.text(bytes) }
        return words(for: operand, dependencies)
    }

    /// Tells whether a map holds an address and a port, or two of them, in one value.
    private func isConcatenated(_ operand: Operand) -> Bool {
        guard case .mapped(_, let map) = operand, let type = sets(map)?.dataType else { return false }
        return type > 0xFF
    }

    /// A translation of which only the meaning is known.
    func text(of translation: SourceTranslation) -> String {
        let ports = translation.ports.map { ":\(Self.text(ofPorts: $0))" } ?? ""
        let isBracketed = !ports.isEmpty && translation.addresses.first?.first.family == .ip6
        var target = translation.addresses.map { range in
            let ends = range.first == range.last ? [range.first] : [range.first, range.last]
            return ends.map { isBracketed ? "[\($0)]" : "\($0)" }.joined(separator: "-")
        }.joined(separator: ", ")
        if let undecided = translation.undecided { target += "(\(escapedForDisplay(undecided)))" }
        let addressFamily = translation.addresses.first?.first.family.rawValue ?? "ip"
        let statement =
            switch translation.kind {
            case .masquerade: "masquerade"
            case .snat: family == .inet ? "snat \(addressFamily)" : "snat"
            case .netmap: "snat \(addressFamily) prefix"
            }
        let to = target.isEmpty && ports.isEmpty ? "" : "to \(target)\(ports)"
        let flags = translation.flags.words.joined(separator: ",")
        return [statement, to, flags].filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// A port, or a range of ports.
    static func text(ofPorts ports: ClosedRange<UInt16>) -> String {
        ports.count == 1 ? "\(ports.lowerBound)" : "\(ports.lowerBound)-\(ports.upperBound)"
    }
}
