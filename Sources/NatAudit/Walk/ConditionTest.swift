internal import NetlinkBridge

/// Tests conditions of a rule on a packet, in three values.
struct ConditionTest {
    let view: PacketView
    /// Looks up a set of the rule's table.
    let sets: (KernelName) -> NftSet?
    /// The names of ipsets by their index.
    let setNames: [UInt16: KernelName]
    /// The ipsets by their index, as far as they were read.
    let ipsets: [UInt16: IPSet]

    init(
        view: PacketView,
        sets: @escaping (KernelName) -> NftSet?,
        setNames: [UInt16: KernelName] = [:],
        ipsets: [UInt16: IPSet] = [:]
    ) {
        var view = view
        view.sets = sets
        self.view = view
        self.sets = sets
        self.setNames = setNames
        self.ipsets = ipsets
    }

    /// Tells whether the condition holds; unknown with what it depends on, in words.
    func holds(_ condition: Condition) -> Answer {
        let answer = self.answer(to: condition)
        guard case .unknown = answer, let words = words(for: condition) else { return answer }
        return .unknown(words)
    }

    /// The condition as nft writes it, where it is understood; nil where only the reason can be told.
    private func words(for condition: Condition) -> String? {
        let operands: [Operand]
        switch condition {
        case .compare(let operand, _, _), .range(let operand, _, _, _): operands = [operand]
        case .lookup(let keys, let name, _):
            guard let set = sets(name), !set.isOpen else { return nil }
            operands = keys
        case .match, .counted, .other: return nil
        }
        guard operands.allSatisfy(\.isUnderstood) else { return nil }
        let text = NftText(family: NftFamily(view.packet.family), sets: sets)
        return text.text(of: condition, Dependencies(of: view.packet))
    }

    /// The condition in the rule's own words.
    func text(of condition: Condition) -> String {
        if let words = words(for: condition) { return words }
        switch condition {
        case .match(let match): return match.iptablesText(setNames: setNames)
        case .counted(let words), .other(let words): return words
        case .lookup(let keys, let name, let inverted):
            let key = keys.map(NftText.words(for:)).joined(separator: " . ")
            return "\(key) \(inverted ? "!= " : "")@\(name)"
        case .compare(let operand, _, _), .range(let operand, _, _, _): return NftText.words(for: operand)
        }
    }

    private func answer(to condition: Condition) -> Answer {
        switch condition {
        case .compare(.addressType(let ofSource), let comparison, let wanted) where view.mayHaveNoWay(ofSource):
            let answers = Set(AddressKind.withoutWay.map { comparison.holds(Self.order(hostBytes($0), wanted)) })
            if answers.count > 1 { return .unknown(text(of: condition)) }
            return answers == [true] ? .yes : .no
        case .compare(let operand, let comparison, let wanted):
            return with(operand) { comparison.holds(Self.order($0, wanted)) }
        case .range(let operand, let low, let high, let inverted):
            return with(operand) { bytes in
                let isInside = Self.order(bytes, low) >= 0 && Self.order(bytes, high) <= 0
                return isInside != inverted
            }
        case .lookup(let operands, let name, let inverted):
            switch view.look(up: operands, in: name) {
            case .found(let element):
                // An inverted test of what is there ends the rule before the element is asked anything.
                guard !inverted else { return .no }
                return element.condition.map(Answer.unknown) ?? .yes
            case .missing: return inverted ? .yes : .no
            case .absent: return .no
            case .unknown(let words): return .unknown(words)
            }
        case .match(let match): return holds(match)
        case .counted(let words): return .unknown(words)
        case .other(let name): return .unknown("\(escapedForDisplay(name)) is not understood")
        }
    }

    private func with(_ operand: Operand, _ test: ([UInt8]) -> Bool) -> Answer { with([operand], test) }

    /// Applies a test to the operands' bytes, each padded to whole registers where there are several.
    func with(_ operands: [Operand], _ test: ([UInt8]) -> Bool) -> Answer {
        switch view.key(of: operands) {
        case .bytes(let key): test(key) ? .yes : .no
        case .absent: .no
        case .unknown(let words): .unknown(words)
        }
    }

    /// memcmp over as many bytes as the rule compares; a register is padded with zeros.
    private static func order(_ value: [UInt8], _ wanted: [UInt8]) -> Int {
        for (index, byte) in wanted.enumerated() {
            let have = index < value.count ? value[index] : 0
            if have != byte { return have < byte ? -1 : 1 }
        }
        return 0
    }
}

extension NftComparison {
    /// Tells whether the outcome of a comparison is the one that is asked for.
    func holds(_ order: Int) -> Bool {
        switch self {
        case .equal: order == 0
        case .notEqual: order != 0
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        case .greaterOrEqual: order >= 0
        }
    }
}

extension Operand {
    /// Tells whether all that decides the value has a name here.
    fileprivate var isUnderstood: Bool {
        switch self {
        case .other: false
        case .masked(let inner, _, _), .swapped(let inner, _), .shifted(let inner, _, _), .part(let inner, _):
            inner.isUnderstood
        case .combined(let left, _, let right): left.isUnderstood && right.isUnderstood
        case .mapped(let keys, _), .hash(let keys, _, _, _): keys.allSatisfy(\.isUnderstood)
        case .packet, .meta, .conntrack, .addressType, .fib, .feature, .socket, .numbered, .constant: true
        }
    }
}
