internal import NetlinkBridge

/// Runs a rule of the register machine backwards: what was loaded into registers becomes the operands of conditions.
///
/// The way of nft's own `netlink_delinearize.c`. What is not known is kept by its name, as a condition or as an operand.
struct NftLowering {
    let sets: (KernelName) -> NftSet?
    /// The address family to decode xt data by; inet tables hold no xt expressions.
    let family: AddressFamily
    /// The family of the rule's table.
    let tableFamily: NftFamily
    var registers = RegisterFile()
    private(set) var statements: [Statement] = []
    /// How nft writes a statement, by its index, where the statement itself keeps less.
    private(set) var phrases: [Int: NftPhrase] = [:]
    private(set) var matchComment: [UInt8]?

    init(_ expressions: [NftExpression], _ tableFamily: NftFamily, sets: @escaping (KernelName) -> NftSet?) {
        self.sets = sets
        self.tableFamily = tableFamily
        family = tableFamily == .ip6 ? .ip6 : .ip
        for (index, expression) in expressions.enumerated() {
            lower(expression, isLast: index == expressions.count - 1)
        }
    }

    mutating func append(_ statement: Statement, _ phrase: NftPhrase? = nil) {
        phrases[statements.count] = phrase
        statements.append(statement)
    }

    mutating func append(_ condition: Condition, _ phrase: NftPhrase? = nil) {
        append(.match(condition), phrase)
    }

    private mutating func lower(_ expression: NftExpression, isLast: Bool) {
        switch expression {
        case .payload, .meta, .conntrack, .immediate, .bitwise, .shift, .combine, .byteOrder, .fib, .feature,
            .socket, .numberGenerator, .hash:
            load(expression)
        case .compare(let register, let comparison, let bytes):
            append(.compare(registers[register], comparison, bytes))
        case .range(let register, let low, let high, let inverted):
            append(.range(registers[register], from: low, to: high, inverted: inverted))
        case .lookup(let register, let set, let into, let inverted):
            lower(lookup: register, set: set, into: into, inverted: inverted)
        case .payloadSet(let bytes):
            append(.change(PacketChange(writing: registers[bytes.into], to: bytes), words: "payload set"))
        case .metaSet(let key, let from):
            let words = "meta \(key.name) set"
            append(
                key == .mark
                    ? .mark(MarkAssignment(.packet, value: registers[from], words: words))
                    : .change(PacketChange(of: key), words: words),
                .assignment(words, .meta(key), registers[from])
            )
        case .conntrackSet(let key, let from):
            let words = "ct \(key.name) set"
            append(
                key == .mark
                    ? .mark(MarkAssignment(.flow, value: registers[from], words: words))
                    : .change(PacketChange(of: key), words: words),
                .assignment(words, .conntrack(key, direction: nil), registers[from])
            )
        case .counter: append(.silent("counter"))
        case .verdict(let verdict): append(.verdict(verdict))
        case .nat(let nat): lower(nat)
        case .masquerade(let translation): lower(masquerade: translation)
        case .redirect(let translation):
            let phrase = phrase("redirect", translation)
            append(
                .translateDestination(
                    DestinationTranslation(
                        .redirect,
                        ports: phrase.ports,
                        isRandom: !translation.flags.isDisjoint(with: [.random, .fullyRandom]),
                        words: "redirect"
                    )
                ),
                .translation(phrase)
            )
        case .match(let match):
            let decoded = XtMatch(match, family: family)
            if case .comment(let text) = decoded { matchComment = text.bytes }
            append(.match(decoded))
        case .target(let target):
            for statement in XtLowering.statements(of: XtTarget(target, family: family)) { append(statement) }
        case .limit(let limit): append(.counted(NftPhrase.text(of: limit)))
        case .reject(let type, let code):
            append(.verdict(.drop), .refusal(type: type, code: code))
        case .log(let log): append(.silent("log"), .words(NftPhrase.text(of: log)))
        case .object(let type, let name): lower(object: name, type: type)
        case .objectMap(let register, let map): lower(objectMap: map, register)
        case .setUpdate(let update): lower(update)
        case .quota(let bytes, let inverted): append(.counted(NftPhrase.text(ofQuota: bytes, inverted)))
        case .connectionLimit(let count, let inverted):
            append(.counted(NftPhrase.text(ofCount: count, inverted)))
        case .other(let name, _): lower(unknown: "\(name)", isLast: isLast)
        }
    }

    private mutating func load(_ expression: NftExpression) {
        switch expression {
        case .payload(let bytes):
            registers.load(
                .packet(base: bytes.base, offset: bytes.offset, length: bytes.length),
                into: bytes.into
            )
        case .meta(let key, let into): registers.load(.meta(key), into: into)
        case .conntrack(let key, let direction, let into):
            registers.load(.conntrack(key, direction: direction), into: into)
        case .immediate(let bytes, let into): registers.load(.constant(bytes), into: into)
        case .bitwise(let from, let into, let mask, let xor):
            registers.load(.masked(registers[from], mask: mask, xor: xor), into: into)
        case .shift(let from, let into, let isLeft, let bits):
            registers.load(.shifted(registers[from], isLeft: isLeft, bits: bits), into: into)
        case .combine(let combination, let into):
            let other = combination.other.map { registers[$0] } ?? .constant(combination.data ?? [])
            registers.load(.combined(registers[combination.from], combination.operation, other), into: into)
        case .feature(let feature, let into): registers.load(.feature(feature), into: into)
        case .byteOrder(let from, let into, let size, _):
            registers.load(.swapped(registers[from], size: Int(size)), into: into)
        case .fib(let result, let flags, let into):
            registers.load(Operand(fibResult: result, flags: flags), into: into)
        case .socket(let key, let into):
            registers.load(.socket(NftSocketKey.words[key] ?? "key \(key)"), into: into)
        case .numberGenerator(let generator, let into): registers.load(.numbered(generator), into: into)
        case .hash(let hash, let into):
            let operands = hash.from.map { hashed(from: $0, length: hash.length) } ?? []
            registers.load(
                .hash(operands, modulus: hash.modulus, offset: hash.offset, seed: hash.seed),
                into: into
            )
        default: break
        }
    }

    /// The operands that are hashed; one that is not understood where their bytes are not those that the kernel takes.
    private func hashed(from register: NftRegister, length: UInt32) -> [Operand] {
        let operands = registers.key(from: register, length: length)
        let bytes = operands.count == 1 ? operands[0].byteCount : operands.reduce(0) { $0 + $1.words * 4 }
        return bytes == Int(length) ? operands : [.other("jhash of \(length) bytes")]
    }

    private mutating func lower(
        lookup register: NftRegister,
        set: KernelName,
        into: NftRegister?,
        inverted: Bool
    ) {
        let operands = registers.key(from: register, length: sets(set)?.keyLength ?? 0)
        switch into {
        case nil: append(.lookup(operands, set: set, inverted: inverted))
        case .some(.verdict): append(.verdictMap(operands, map: set))
        case .some(let into):
            // A key that the map does not hold ends the rule: the lookup is a condition too, which nft does not write.
            append(.lookup(operands, set: set, inverted: false), .hidden)
            registers.load(.mapped(operands, map: set), into: into, length: sets(set)?.dataLength ?? 4)
        }
    }
}
