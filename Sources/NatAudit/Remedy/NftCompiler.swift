internal import NetlinkBridge

/// Turns statements into the expressions that nft itself would write for them.
struct NftCompiler {
    let family: NftFamily
    /// Tells whether the rules are for iptables-nft, which knows flows by an extension of its own.
    var writesForIptables = false

    /// The register that every condition uses: NFT_REG_1.
    private static let register = NftRegister(word: 4)
    /// The register for the second value of a range: NFT_REG_2.
    private static let second = NftRegister(word: 8)
    /// The registers for ports beside addresses: NFT_REG_3 and NFT_REG_4.
    private static let ports = (NftRegister(word: 12), NftRegister(word: 16))

    /// The expressions of a rule.
    ///
    /// - Throws: `PlanRefusal` for a statement that nataudit does not write.
    func expressions(of statements: [Statement]) throws(PlanRefusal) -> [NftExpression] {
        var result: [NftExpression] = []
        for statement in statements { result += try expressions(of: statement) }
        return result
    }

    private func expressions(of statement: Statement) throws(PlanRefusal) -> [NftExpression] {
        switch statement {
        case .match(let condition) where writesForIptables && condition.states != nil:
            return condition.states.map { [.match(.conntrack($0))] } ?? []
        case .match(.compare(let operand, let comparison, let bytes)):
            return try load(operand) + [.compare(Self.register, comparison, bytes)]
        case .match(.range(let operand, let low, let high, let inverted)):
            let loaded = try load(operand)
            // nft writes a range as two comparisons, and its opposite as one expression.
            return inverted
                ? loaded + [.range(Self.register, from: low, to: high, inverted: true)]
                : loaded + [
                    .compare(Self.register, .greaterOrEqual, low),
                    .compare(Self.register, .lessOrEqual, high),
                ]
        case .verdict(let verdict): return [.verdict(verdict)]
        case .translateSource(let translation): return try expressions(of: translation)
        case .match, .translateDestination, .verdictMap, .mark, .untrack, .change, .silent:
            throw PlanRefusal("a planned rule holds a statement that is not written")
        }
    }

    private func load(_ operand: Operand) throws(PlanRefusal) -> [NftExpression] {
        switch operand {
        case .packet(let base, let offset, let length):
            return [.payload(NftPayload(base: base, offset: offset, length: length, into: Self.register))]
        case .meta(let key): return [.meta(key, into: Self.register)]
        case .conntrack(let key, let direction):
            return [.conntrack(key, direction: direction, into: Self.register)]
        case .addressType(let ofSource):
            return [
                .fib(
                    result: NftFib.typeResult,
                    flags: ofSource ? NftFib.source : NftFib.destination,
                    into: Self.register
                )
            ]
        case .socket("wildcard"): return [.socket(key: NftSocketKey.wildcard, into: Self.register)]
        case .masked(let inner, let mask, let xor):
            return try load(inner) + [
                .bitwise(from: Self.register, into: Self.register, mask: mask, xor: xor)
            ]
        case .fib, .feature, .socket, .numbered, .hash, .swapped, .shifted, .combined, .part, .constant, .mapped,
            .other:
            throw PlanRefusal("a planned rule looks at something that is not written")
        }
    }

    private func expressions(of translation: SourceTranslation) throws(PlanRefusal) -> [NftExpression] {
        var loads: [NftExpression] = []
        let flags = translation.flags.intersection([.random, .fullyRandom, .persistent])
        let ports = translation.ports
        if translation.kind == .masquerade {
            let registers = ports.map { load($0, Self.register, Self.second, &loads) }
            return loads + [
                // The kernel looks at the ports only where the flags say that they are given.
                .masquerade(
                    NftPortTranslation(
                        portMin: registers?.min,
                        portMax: registers?.max,
                        flags: registers == nil ? flags : flags.union(.ports)
                    )
                )
            ]
        }
        guard translation.kind == .snat, translation.addresses.count == 1,
            let range = translation.addresses.first
        else { throw PlanRefusal("a planned translation is not written") }
        loads.append(.immediate(range.first.networkBytes, into: Self.register))
        let isPool = range.first != range.last
        if isPool { loads.append(.immediate(range.last.networkBytes, into: Self.second)) }
        let registers = ports.map { load($0, Self.ports.0, Self.ports.1, &loads) }
        return loads + [
            .nat(
                NftNAT(
                    isDestination: false,
                    family: NftFamily(range.first.family),
                    addressMin: Self.register,
                    addressMax: isPool ? Self.second : nil,
                    portMin: registers?.min,
                    portMax: registers?.max,
                    flags: flags
                )
            )
        ]
    }

    private func load(
        _ ports: ClosedRange<UInt16>,
        _ min: NftRegister,
        _ max: NftRegister,
        _ loads: inout [NftExpression]
    ) -> (min: NftRegister, max: NftRegister?) {
        loads.append(.immediate(networkBytes(ports.lowerBound), into: min))
        guard ports.count > 1 else { return (min, nil) }
        loads.append(.immediate(networkBytes(ports.upperBound), into: max))
        return (min, max)
    }
}
