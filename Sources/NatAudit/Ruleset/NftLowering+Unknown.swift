internal import NetlinkBridge

extension NftLowering {
    /// Expressions that neither decide nor change anything that later rules see.
    private static let silent: Set<String> = ["last", "dup"]
    /// Expressions that load a register with something not modelled here, and may end the rule.
    private static let loading: Set<String> = [
        "rt", "exthdr", "osf", "xfrm", "tunnel", "inner", "payload", "meta", "ct", "bitwise", "byteorder",
        "fib",
        "socket", "numgen", "hash",
    ]
    /// Expressions that end the rule or let it go on, and decide nothing else.
    private static let testing: Set<String> = [
        "quota", "connlimit", "dynset", "objref", "flow_offload", "cmp", "range", "lookup",
        "exthdr set",
    ]
    /// Expressions that end the walk in a way not modelled here.
    private static let ending: Set<String> = ["queue", "fwd", "synproxy", "tproxy"]

    /// Keeps an expression that is not understood by its name.
    mutating func lower(unknown word: String, isLast: Bool) {
        if Self.silent.contains(word) {
            append(.silent(word))
        } else if word == "notrack" {
            append(.untrack(word))
        } else {
            registers.forget(because: word)
            guard !Self.loading.contains(word) else { return }
            append(.other(word))
            // What stands last may decide: then it is not known how.
            if Self.ending.contains(word) || isLast && !Self.testing.contains(word) {
                append(.verdict(.other(0)), .hidden)
            }
        }
    }

    /// A reference to an object of the table (NFT_OBJECT_*).
    mutating func lower(object name: KernelName, type: UInt32) {
        let quoted = NftText.quoted(name.bytes)
        switch type {
        case 1: append(.silent("counter"), .words("counter name \(quoted)"))
        case 2: append(.counted("quota name \(quoted)"))
        case 3: append(.change(.nothing, words: "ct helper set \(quoted)"))
        case 4: append(.counted("limit name \(quoted)"))
        case 5: append(.counted("ct count name \(quoted)"))
        case 7: append(.change(.nothing, words: "ct timeout set \(quoted)"))
        case 9: append(.change(.nothing, words: "ct expectation set \(quoted)"))
        default: append(.other("objref"))
        }
    }
}

extension NftLowering {
    /// The object that a map holds for a key: a key that it does not hold ends the rule, and some objects may as well.
    mutating func lower(objectMap map: KernelName, _ register: NftRegister) {
        let operands = registers.key(from: register, length: sets(map)?.keyLength ?? 0)
        let words = NftText(family: tableFamily, sets: sets).words(for: operands, dependencies)
        append(.lookup(operands, set: map, inverted: false), .hidden)
        switch sets(map)?.objectType {
        case 1: append(.silent("counter"), .words("counter name \(words) map @\(map)"))
        case 2: append(.counted("quota name \(words) map @\(map)"))
        case 3: append(.change(.nothing, words: "ct helper set \(words) map @\(map)"))
        case 4: append(.counted("limit name \(words) map @\(map)"))
        case 7: append(.change(.nothing, words: "ct timeout set \(words) map @\(map)"))
        case 9: append(.change(.nothing, words: "ct expectation set \(words) map @\(map)"))
        default: append(.other("objref"))
        }
    }

    /// A change of a set: it ends the rule where the set is full, or where the element asks for more, both of which depend on
    /// what was seen before.
    mutating func lower(_ update: NftSetUpdate) {
        let set = sets(update.set)
        let operands = registers.key(from: update.key, length: set?.keyLength ?? 0)
        let text = NftText(family: tableFamily, sets: sets)
        var words = [text.words(for: operands, dependencies)]
        if let timeout = update.timeout, timeout > 0 {
            words.append("timeout \(ValueKind.milliseconds.text(networkBytes(timeout)))")
        }
        words += update.expressions.compactMap(NftPhrase.text(ofElement:))
        let data = update.data.map { registers.key(from: $0, length: set?.dataLength ?? 0) } ?? []
        if !data.isEmpty { words.append(": \(text.words(for: data, dependencies))") }
        let named = operands + data
        let statement = "\(update.operation) @\(update.set) { \(words.joined(separator: " ")) }"
        if goesOn(after: update, of: set) {
            append(.silent("\(update.operation)"), .words(statement, naming: named))
        } else {
            append(.match(.counted(statement)), .words(statement, naming: named))
        }
    }

    /// Tells whether the rule goes on after a change of a set, whatever the packet.
    ///
    /// Taking an element out never fails. Adding one fails where the set is full, which a set that is less than half full is not:
    /// elements that have expired count until the kernel collects them, and are not in the dump.
    private func goesOn(after update: NftSetUpdate, of set: NftSet?) -> Bool {
        if update.operation == .delete { return true }
        let asks = update.expressions.contains { if case .counter = $0 { false } else { true } }
        guard let set, !asks, !update.isInverted else { return false }
        guard let size = set.size, size > 0 else { return true }
        return set.elements.count * 2 < Int(size)
    }

    /// What the conditions so far say of the packet's protocols.
    private var dependencies: Dependencies {
        var dependencies = Dependencies(tableFamily: tableFamily)
        for case .match(let condition) in statements { _ = dependencies.note(condition) }
        return dependencies
    }
}

extension Operand {
    /// A question to the routing table, of which the kinds of addresses are understood.
    init(fibResult result: UInt32, flags: UInt32) {
        switch (result, flags) {
        case (NftFib.typeResult, NftFib.source): self = .addressType(ofSource: true)
        case (NftFib.typeResult, NftFib.destination): self = .addressType(ofSource: false)
        default: self = .fib(result: result, flags: flags)
        }
    }
}
