internal import NetlinkBridge

/// Runs a rule of the register machine backwards: what was loaded into registers becomes the operands of conditions.
///
/// The way of nft's own `netlink_delinearize.c`. What is not known is kept by its name, as a condition or as an operand.
struct NftLowering {
    private let rule: NftRule
    private let sets: (KernelName) -> NftSet?
    private var registers: [Int: Operand] = [:]
    /// The expression that may have written registers in a way not known here.
    private var unknown = "an unset register"
    private(set) var statements: [Statement] = []
    private(set) var matchComment: [UInt8]?

    init(_ rule: NftRule, sets: @escaping (KernelName) -> NftSet?) {
        self.rule = rule
        self.sets = sets
        for expression in rule.expressions { lower(expression) }
    }

    /// The address family to decode xt data by; inet tables hold no xt expressions.
    private var family: AddressFamily { rule.family == .ip6 ? .ip6 : .ip }

    private subscript(register: NftRegister) -> Operand { registers[register.word] ?? .other(unknown) }

    private mutating func lower(_ expression: NftExpression) {
        switch expression {
        case .payload(let bytes):
            load(.packet(base: bytes.base, offset: bytes.offset, length: bytes.length), into: bytes.into)
        case .meta(let key, let into): load(.meta(key), into: into)
        case .conntrack(let key, let direction, let into):
            load(.conntrack(key, direction: direction), into: into)
        case .immediate(let bytes, let into): load(.constant(bytes), into: into)
        case .bitwise(let from, let into, let mask, let xor):
            load(.masked(self[from], mask: mask, xor: xor), into: into)
        case .byteOrder(let from, let into, let size, _):
            load(.swapped(self[from], size: Int(size)), into: into)
        case .fib(let result, let flags, let into): load(Self.fib(result: result, flags: flags), into: into)
        case .socket(let key, let into): load(.socket(Self.socketWord(key)), into: into)
        case .compare(let register, let comparison, let bytes):
            statements.append(.match(.compare(self[register], comparison, bytes)))
        case .range(let register, let low, let high, let inverted):
            statements.append(.match(.range(self[register], from: low, to: high, inverted: inverted)))
        case .lookup(let register, let set, let into, let inverted):
            lower(lookup: register, set: set, into: into, inverted: inverted)
        case .metaSet(let key, _): statements.append(.change("meta \(key.name) set"))
        case .conntrackSet(let key, _): statements.append(.change("ct \(key.name) set"))
        case .counter: statements.append(.silent("counter"))
        case .verdict(let verdict): statements.append(.verdict(verdict))
        case .masquerade(let translation):
            statements.append(.translateSource(masquerade(translation)))
        case .redirect: statements.append(.translateDestination("redirect"))
        case .nat(let nat): lower(nat)
        case .match(let match):
            let decoded = XtMatch(match, family: family)
            if case .comment(let text) = decoded { matchComment = text.bytes }
            statements.append(.match(.match(decoded)))
        case .target(let target):
            statements.append(contentsOf: XtLowering.statements(of: XtTarget(target, family: family)))
        case .other(let name, _): lower(unknown: name)
        }
    }

    private mutating func load(_ operand: Operand, into register: NftRegister) {
        registers[register.word] = operand
        // What lay behind it is overwritten as far as the new value reaches.
        for word in 1..<max(1, operand.words) { registers[register.word + word] = nil }
    }

    private mutating func lower(unknown name: KernelName) {
        let word = "\(name)"
        if Self.silent.contains(word) {
            statements.append(.silent(word))
        } else if Self.changing.contains(word) {
            statements.append(.change(word))
        } else if Self.loading.contains(word) {
            // What it loaded, and where to, is not known: nothing that was loaded before is certain any more.
            registers = registers.filter { if case .constant = $0.value { true } else { false } }
            unknown = word
        } else {
            statements.append(.match(.other(word)))
        }
    }

    /// The operands that make up a key of `length` bytes, one after the other from `register` on.
    private func key(_ register: NftRegister, length: UInt32) -> [Operand] {
        var operands: [Operand] = []
        var word = register.word
        let end = register.word + max(1, (Int(min(length, 64)) + 3) / 4)
        while word < end {
            guard let operand = registers[word] else { return [.other(unknown)] }
            operands.append(operand)
            word += 1
            while word < end, registers[word] == nil { word += 1 }
        }
        return operands
    }

    private mutating func lower(
        lookup register: NftRegister, set: KernelName, into: NftRegister?, inverted: Bool
    ) {
        let operands = key(register, length: sets(set)?.keyLength ?? 0)
        switch into {
        case nil: statements.append(.match(.lookup(operands, set: set, inverted: inverted)))
        case .some(.verdict): statements.append(.verdictMap(operands, map: set))
        case .some(let into):
            // A key that the map does not hold ends the rule: the lookup is a condition too.
            statements.append(.match(.lookup(operands, set: set, inverted: false)))
            load(.mapped(operands, map: set), into: into)
            // A map may hold an address and a port in one value, which fills several registers.
            for next in 1..<4 where registers[into.word + next] == nil {
                load(.mapped(operands, map: set), into: NftRegister(word: into.word + next))
            }
        }
    }
}

extension NftLowering {
    /// Expressions that neither decide nor change anything that later rules see.
    private static let silent: Set<String> = ["log", "last", "dup", "flow_offload"]
    /// Expressions that change the packet or its flow and let the rule go on.
    private static let changing: Set<String> = ["notrack", "ct_helper", "ct_timeout", "ct_expect", "tproxy"]
    /// Expressions that load a register with something not modelled here.
    private static let loading: Set<String> = ["numgen", "hash", "rt", "exthdr", "osf", "xfrm", "tunnel", "inner"]

    private mutating func lower(_ nat: NftNAT) {
        guard !nat.isDestination else {
            statements.append(.translateDestination("dnat"))
            return
        }
        let addresses = [nat.addressMin, nat.addressMax].compactMap { $0 }.map { self[$0] }
        let ports = [nat.portMin, nat.portMax].compactMap { $0 }.map { self[$0] }
        var undecided: [String] = (addresses + ports).compactMap(Self.words(ofUndecided:))
        undecided = undecided.first.map { [$0] } ?? []
        let ends = addresses.compactMap { Self.constant($0).flatMap { IPAddress(networkBytes: $0) } }
        statements.append(
            .translateSource(
                SourceTranslation(
                    kind: nat.flags.contains(.netmap) ? .netmap : .snat, flags: nat.flags,
                    addresses: ends.first.map { [.init($0, ends.last)] } ?? [], ports: Self.portRange(ports),
                    undecided: undecided.first)))
    }

    private func masquerade(_ translation: NftPortTranslation) -> SourceTranslation {
        let ports = [translation.portMin, translation.portMax].compactMap { $0 }.map { self[$0] }
        return SourceTranslation(
            kind: .masquerade, flags: translation.flags, ports: Self.portRange(ports),
            undecided: ports.compactMap(Self.words(ofUndecided:)).first)
    }

    private static func portRange(_ operands: [Operand]) -> ClosedRange<UInt16>? {
        let numbers = operands.compactMap { operand -> UInt16? in
            guard let bytes = constant(operand), bytes.count >= 2 else { return nil }
            return UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        }
        guard let first = numbers.first, let last = numbers.last, numbers.count == operands.count else { return nil }
        return first <= last ? first...last : nil
    }

    private static func constant(_ operand: Operand) -> [UInt8]? {
        if case .constant(let bytes) = operand { bytes } else { nil }
    }

    private static func words(ofUndecided operand: Operand) -> String? {
        switch operand {
        case .constant: nil
        case .mapped(let keys, let map): keys.compactMap(words(ofUndecidedKey:)).first ?? "map \(map)"
        default: NftText.words(for: operand)
        }
    }

    private static func words(ofUndecidedKey operand: Operand) -> String? {
        if case .other(let name) = operand { name } else { nil }
    }

    private static func fib(result: UInt32, flags: UInt32) -> Operand {
        switch (result, flags) {
        case (NftFib.typeResult, NftFib.source): .addressType(ofSource: true)
        case (NftFib.typeResult, NftFib.destination): .addressType(ofSource: false)
        default: .other("fib")
        }
    }

    private static func socketWord(_ key: UInt32) -> String { NftSocketKey.words[key] ?? "key \(key)" }
}
