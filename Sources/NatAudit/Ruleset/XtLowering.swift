internal import NetlinkBridge

/// Puts xtables targets and legacy rules into the one form of rules.
enum XtLowering {
    /// The steps that a target takes.
    ///
    /// - Parameter translatesSource: whether the chain's hook is one at which NETMAP translates the source.
    static func statements(of target: XtTarget, translatesSource: Bool = true) -> [Statement] {
        switch target {
        case .masquerade(let range): [.translateSource(translation(.masquerade, range))]
        case .snat(let range): [.translateSource(translation(.snat, range))]
        case .netmap(let range):
            translatesSource
                ? [.translateSource(translation(.netmap, range))] : [.translateDestination(target.iptablesText)]
        case .dnat, .redirect: [.translateDestination(target.iptablesText)]
        case .mark, .connmark, .ct: [.change(target.iptablesText)]
        case .log: [.silent(target.iptablesText)]
        case .reject: [.verdict(.drop)]
        case .tproxy: [.match(.other(target.iptablesText))]
        case .other(let other): statements(of: other)
        }
    }

    private static func statements(of other: XtExtension) -> [Statement] {
        let name = "\(other.name)"
        if silent.contains(name) { return [.silent(name)] }
        if changing.contains(name) { return [.change(name)] }
        // An unknown target may end the walk or not: it counts as a condition, and as an unknown verdict where it holds.
        return [.match(.other("target \(name)")), .verdict(.other(0))]
    }

    /// Targets that let the packet go on as it is.
    private static let silent: Set<String> = ["NFLOG", "ULOG", "AUDIT", "TRACE", "IDLETIMER", "LED", "RATEEST"]
    /// Targets that change the packet and let it go on.
    private static let changing: Set<String> = [
        "TCPMSS", "TTL", "HL", "DSCP", "TOS", "CLASSIFY", "SET", "SECMARK", "CONNSECMARK", "CHECKSUM", "ECN",
        "TCPOPTSTRIP", "HMARK",
    ]

    private static func translation(_ kind: SourceTranslation.Kind, _ range: XtNATRange) -> SourceTranslation {
        var ports: ClosedRange<UInt16>?
        if let first = range.minimumPort, let last = range.maximumPort, first <= last { ports = first...last }
        return SourceTranslation(
            kind: kind,
            flags: NATFlags(rawValue: range.flags.rawValue).choices,
            addresses: range.minimumAddress.map { [.init($0, range.maximumAddress)] } ?? [],
            ports: ports)
    }
}

extension Chain {
    /// The chains of a legacy table; a table is of type nat by its name.
    static func chains(of table: LegacyTable) -> [Chain] {
        table.chains.map { chain in
            Chain(
                place: ChainPlace(
                    isLegacy: true, family: NftFamily(table.family), table: table.name, chain: chain.name),
                hook: hook(of: chain, in: table), isDormant: false,
                rules: chain.rules.map { rule(rule: $0, in: chain) })
        }
    }

    private static func hook(of chain: LegacyChain, in table: LegacyTable) -> Hook? {
        guard let number = chain.hook?.rawValue, let hook = NetfilterHook(rawValue: UInt32(number)),
            let priority = priority(of: table.name, at: hook)
        else { return nil }
        return Hook(
            hook: hook, priority: priority, isNAT: table.name == "nat", dropsByPolicy: chain.policy == .drop)
    }

    /// The priorities of the built-in tables (linux/netfilter_ipv4.h, enum nf_ip_hook_priorities); nil for others.
    private static func priority(of table: KernelName, at hook: NetfilterHook) -> Int32? {
        switch table {
        case "raw": -300
        case "mangle": -150
        case "filter": 0
        case "security": 50
        // Source NAT comes last on the way, destination NAT first.
        case "nat": hook == .prerouting || hook == .output ? -100 : 100
        default: nil
        }
    }

    private static func rule(rule: LegacyRule, in chain: LegacyChain) -> Rule {
        let translatesSource = chain.hook.map { $0 == .postrouting || $0 == .input } ?? true
        let ending: [Statement] =
            switch rule.target {
            case .accept: [.verdict(.accept)]
            case .drop: [.verdict(.drop)]
            case .return: [.verdict(.return)]
            case .queue: [.verdict(.other(3))]
            case .jump(let name): [.verdict(.jump(name))]
            case .goto(let name): [.verdict(.goto(name))]
            case .fallthrough: []
            case .extension(let target):
                XtLowering.statements(
                    of: XtTarget(target, family: rule.family), translatesSource: translatesSource)
            }
        let matches = rule.decodedMatches.map { Statement.match(.match($0)) }
        return Rule(
            backend: .iptablesLegacy, handle: nil, position: rule.position,
            statements: rule.condition.statements(family: rule.family) + matches + ending,
            comment: rule.comment?.bytes, text: rule.iptablesText)
    }
}

extension LegacyCondition {
    /// The tests of a legacy rule's head, in the order in which the kernel makes them.
    func statements(family: AddressFamily) -> [Statement] {
        var conditions: [Condition] = []
        func address(_ test: XtMaskedAddress, _ operand: Operand, _ inversion: Inversions) {
            guard !test.isAny else { return }
            let mask = test.mask.networkBytes
            let masked = Operand.masked(operand, mask: mask, xor: [UInt8](repeating: 0, count: mask.count))
            let comparison: NftComparison = inversions.contains(inversion) ? .notEqual : .equal
            conditions.append(.compare(masked, comparison, test.address.networkBytes))
        }
        func interface(_ test: XtInterfaceName, _ key: NftMetaKey, _ inversion: Inversions) {
            guard !test.isAny else { return }
            // The mask covers the name and its NUL, or the beginning of a name.
            let length = test.mask.prefix { $0 != 0 }.count
            let comparison: NftComparison = inversions.contains(inversion) ? .notEqual : .equal
            conditions.append(.compare(.meta(key), comparison, Array(test.bytes.prefix(length))))
        }
        address(source, .source(family), .source)
        address(destination, .destination(family), .destination)
        interface(input, .inInterfaceName, .input)
        interface(output, .outInterfaceName, .output)
        if let number = transportProtocol, number != 0 {
            let comparison: NftComparison = inversions.contains(.transportProtocol) ? .notEqual : .equal
            conditions.append(.compare(.meta(.transport), comparison, [UInt8(truncatingIfNeeded: number)]))
        }
        if isFragment { conditions.append(.other("fragments")) }
        return conditions.map(Statement.match)
    }
}
