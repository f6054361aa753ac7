internal import NetlinkBridge

/// The sources that rules on the way out tell apart: those of the translations, and of the jumps that lead to them.
struct TranslationSources {
    private let ruleset: Ruleset

    init(_ ruleset: Ruleset) { self.ruleset = ruleset }

    /// The prefixes, each once, in the order in which the chains are met; those of both families.
    var prefixes: [Prefix] {
        var seen: Set<Prefix> = []
        return chains.flatMap { chain in chain.rules.flatMap { sources(of: $0, in: chain.place) } }
            .filter { seen.insert($0).inserted }
    }

    /// The source prefixes by which a rule is limited; none for a rule that neither translates nor leads anywhere.
    func sources(of rule: Rule, in place: ChainPlace) -> [Prefix] {
        guard rule.sourceTranslation != nil || !ruleset.calledChains(of: rule, in: place).isEmpty else {
            return []
        }
        return rule.statements.flatMap { statement -> [Prefix] in
            guard case .match(let condition) = statement else { return [] }
            if case .lookup(let operands, let name, false) = condition {
                return elements(operands, name, place)
            }
            return NamedPrefixes.prefixes(in: condition).filter { $0.isSource && !$0.isInverted }.map(
                \.prefix
            )
        }
    }

    /// What a set of source addresses holds.
    private func elements(_ operands: [Operand], _ name: KernelName, _ place: ChainPlace) -> [Prefix] {
        guard operands == [.source(.ip)] || operands == [.source(.ip6)],
            let set = ruleset.set(name, from: place)
        else { return [] }
        return set.ranges.flatMap { NamedPrefixes.prefixes(from: $0.low, to: $0.high ?? $0.low) }
    }

    private var chains: [Chain] {
        let bases = ruleset.chains.filter { chain in
            chain.hook?.hook == .postrouting && chain.hook?.isNAT == true && !chain.isDormant
        }
        return ruleset.chains(reachableFrom: bases)
    }
}

extension Ruleset {
    /// These chains and all that they lead to, each once.
    func chains(reachableFrom bases: [Chain]) -> [Chain] {
        var found = bases
        var seen = Set(found.map(\.place))
        var next = 0
        while next < found.count {
            let chain = found[next]
            next += 1
            for called in chain.rules.flatMap({ calledChains(of: $0, in: chain.place) }) {
                if seen.insert(called).inserted, let chain = chains[called] { found.append(chain) }
            }
        }
        return found
    }

    /// The chains that a rule may lead to.
    fileprivate func calledChains(of rule: Rule, in place: ChainPlace) -> [ChainPlace] {
        rule.calledChains(from: place) { set($0, from: place) }
    }
}
