internal import NetlinkBridge

extension NftLowering {
    mutating func lower(_ nat: NftNAT) {
        let addresses = operands([nat.addressMin, nat.addressMax])
        let ports = operands([nat.portMin, nat.portMax])
        let phrase = NftTranslationPhrase(
            verb: nat.isDestination ? "dnat" : "snat",
            family: nat.family,
            addresses: addresses,
            ports: ports,
            flags: nat.flags
        )
        guard !nat.isDestination else {
            append(
                .translateDestination(
                    DestinationTranslation(
                        nat.flags.contains(.netmap) ? .netmap : .dnat,
                        addresses: addresses,
                        ports: ports,
                        family: addresses.isEmpty ? nil : (nat.family == .ip6 ? .ip6 : .ip),
                        isRandom: !nat.flags.isDisjoint(with: [.random, .fullyRandom]),
                        words: "dnat"
                    )
                ),
                .translation(phrase)
            )
            return
        }
        let family: AddressFamily? = addresses.isEmpty ? nil : nat.family == .ip6 ? .ip6 : .ip
        let ends = addresses.compactMap { Self.constant($0).flatMap { IPAddress(networkBytes: $0) } }
        let translation = SourceTranslation(
            kind: nat.flags.contains(.netmap) ? .netmap : .snat,
            flags: nat.flags.choices,
            addresses: ends.first.map { [.init($0, ends.last)] } ?? [],
            family: family,
            ports: Self.portRange(ports),
            arePortsChosen: !ports.isEmpty && Self.portRange(ports) == nil,
            undecided: undecided(addresses + ports),
            chooser: addresses.first.flatMap { Self.constant($0) == nil ? $0 : nil },
            isFixedPerSource: (addresses + ports).allSatisfy(\.dependsOnSourceOnly)
        )
        append(.translateSource(translation), .translation(phrase))
    }

    mutating func lower(masquerade translation: NftPortTranslation) {
        let phrase = phrase("masquerade", translation)
        append(
            .translateSource(
                SourceTranslation(
                    kind: .masquerade,
                    flags: translation.flags.choices,
                    ports: Self.portRange(phrase.ports),
                    arePortsChosen: !phrase.ports.isEmpty && Self.portRange(phrase.ports) == nil,
                    undecided: undecided(phrase.ports),
                    isFixedPerSource: phrase.ports.allSatisfy(\.dependsOnSourceOnly)
                )
            ),
            .translation(phrase)
        )
    }

    /// How nft writes `masquerade` or `redirect`.
    func phrase(_ verb: String, _ translation: NftPortTranslation) -> NftTranslationPhrase {
        NftTranslationPhrase(
            verb: verb,
            family: nil,
            addresses: [],
            ports: operands([translation.portMin, translation.portMax]),
            flags: translation.flags
        )
    }

    private func operands(_ places: [NftRegister?]) -> [Operand] {
        places.compactMap { $0 }.map { registers[$0] }
    }

    private static func portRange(_ operands: [Operand]) -> ClosedRange<UInt16>? {
        let numbers = operands.compactMap { operand -> UInt16? in
            guard let bytes = constant(operand), bytes.count >= 2 else { return nil }
            return UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        }
        guard let first = numbers.first, let last = numbers.last, numbers.count == operands.count else {
            return nil
        }
        return first <= last ? first...last : nil
    }

    private static func constant(_ operand: Operand) -> [UInt8]? {
        if case .constant(let bytes) = operand { bytes } else { nil }
    }

    /// What decides an operand that is no constant, in words; nil where all are constants.
    private func undecided(_ operands: [Operand]) -> String? {
        operands.lazy.compactMap { operand -> String? in
            switch operand {
            case .constant: nil
            case .mapped(let keys, let map):
                keys.lazy.compactMap(Self.chooser).first ?? words(ofMap: map, keys)
            default: Self.chooser(operand) ?? NftText.words(for: operand)
            }
        }.first
    }

    private func words(ofMap map: KernelName, _ keys: [Operand]) -> String {
        guard sets(map)?.isAnonymous == true else { return "map \(map)" }
        return "a map by " + keys.map(NftText.words(for:)).joined(separator: " . ")
    }

    /// The word for an operand that chooses packet by packet, or that is not understood.
    private static func chooser(_ operand: Operand) -> String? {
        switch operand {
        case .numbered: "numgen"
        case .hash: NftText.words(for: operand)
        case .other(let name): name
        default: nil
        }
    }
}

extension NATFlags {
    /// The flags that choose; the others say what is given, which the addresses and ports show.
    var choices: NATFlags { intersection([.random, .fullyRandom, .persistent]) }
}

extension NftSet {
    /// Tells whether the set belongs to one rule and has no name of its own (NFT_SET_ANONYMOUS).
    var isAnonymous: Bool { flags & 1 != 0 }
}
