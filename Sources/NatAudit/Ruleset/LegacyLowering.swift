internal import NetlinkBridge

extension Chain {
    /// The chains of a legacy table; a table is of type nat by its name.
    static func chains(of table: LegacyTable, _ setNames: [UInt16: KernelName]) -> [Chain] {
        table.chains.map { chain in
            Chain(
                place: ChainPlace(
                    isLegacy: true,
                    family: NftFamily(table.family),
                    table: table.name,
                    chain: chain.name
                ),
                hook: hook(of: chain, in: table),
                isDormant: false,
                contents: .legacy(chain, setNames: setNames)
            )
        }
    }

    private static func hook(of chain: LegacyChain, in table: LegacyTable) -> Hook? {
        guard let number = chain.hook?.rawValue, let hook = NetfilterHook(rawValue: UInt32(number)),
            let priority = priority(of: table.name, at: hook)
        else { return nil }
        return Hook(
            hook: hook,
            priority: priority,
            isNAT: table.name == "nat",
            dropsByPolicy: chain.policy == .drop,
            reroutes: table.name == "mangle" && hook == .output
        )
    }

    /// The priorities of the built-in tables (linux/netfilter_ipv4.h, enum nf_ip_hook_priorities); nil for others.
    static func priority(of table: KernelName, at hook: NetfilterHook) -> Int32? {
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
}

extension Rule {
    /// A legacy rule.
    init(_ rule: LegacyRule, in chain: LegacyChain, _ setNames: [UInt16: KernelName]) {
        let parts = rule.parts
        let translatesSource = chain.hook.map { $0 == .postrouting || $0 == .input } ?? true
        let ending: [Statement] =
            switch parts.target {
            case .accept: [.verdict(.accept)]
            case .drop: [.verdict(.drop)]
            case .return: [.verdict(.return)]
            case .queue: [.verdict(.other(3))]
            case .jump(let name): [.verdict(.jump(name))]
            case .goto(let name): [.verdict(.goto(name))]
            case .fallthrough: []
            case .extension(let target):
                XtLowering.statements(
                    of: XtTarget(target, family: rule.family),
                    translatesSource: translatesSource
                )
            }
        let decoded = parts.matches.map { XtMatch($0, family: rule.family) }
        var comment: [UInt8]?
        for case .comment(let text) in decoded where comment == nil { comment = text.bytes }
        self.init(
            backend: .iptablesLegacy,
            handle: nil,
            position: rule.position,
            statements: parts.condition.statements(family: rule.family)
                + decoded.map { .match(.match($0)) } + ending,
            comment: comment,
            source: .legacy(rule, setNames: setNames)
        )
    }
}

extension LegacyCondition {
    /// The tests of a legacy rule's head, in the order in which the kernel makes them.
    func statements(family: AddressFamily) -> [Statement] {
        var conditions: [Condition] = []
        func address(_ test: XtMaskedAddress, _ operand: Operand, _ inversion: Inversions) {
            // `! -s 0.0.0.0/0` is never true, and a comparison of no bits says just that.
            guard !test.isAny || inversions.contains(inversion) else { return }
            let mask = test.mask.networkBytes
            let masked = Operand.masked(operand, mask: mask, xor: [UInt8](repeating: 0, count: mask.count))
            let comparison: NftComparison = inversions.contains(inversion) ? .notEqual : .equal
            conditions.append(.compare(masked, comparison, test.address.networkBytes))
        }
        func interface(_ test: XtInterfaceName, _ key: NftMetaKey, _ inversion: Inversions) {
            // `! -i +` is never true: no name at all differs in none of its bytes.
            guard !test.isAny || inversions.contains(inversion) else { return }
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
        if isFragment {
            let offset = Operand.masked(
                .packet(base: 1, offset: 6, length: 2),
                mask: [0x1F, 0xFF],
                xor: [0, 0]
            )
            let comparison: NftComparison = inversions.contains(.fragment) ? .equal : .notEqual
            conditions.append(.compare(offset, comparison, [0, 0]))
        }
        return conditions.map(Statement.match)
    }
}
