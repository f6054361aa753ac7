internal import NetlinkBridge

/// Writes a rule that iptables-nft keeps in nf_tables as `iptables-save` prints it, without `-A CHAIN`.
///
/// Its addresses, interfaces, protocols, ports, marks and limits are native conditions, all else xt matches.
struct IptablesNftText {
    let family: AddressFamily
    var source = ""
    var destination = ""
    var input = ""
    var output = ""
    var transport = ""
    var fragment = ""
    var transportName = ""
    var matches: [String] = []
    private var ending = ""
    private let setNames: [UInt16: KernelName]
    /// The limits of the rule that were not written yet, in order.
    private var limits: ArraySlice<NftLimit>

    /// The text of a rule, escaped for display.
    static func text(
        of expressions: [NftExpression],
        family: NftFamily,
        statements: [Statement],
        setNames: [UInt16: KernelName]
    ) -> String {
        var text = IptablesNftText(expressions, family, setNames)
        for statement in statements { text.add(statement) }
        for case .target(let target) in expressions {
            text.ending = XtTarget(target, family: text.family).iptablesText
        }
        let head = [text.source, text.destination, text.input, text.output, text.transport, text.fragment]
        return (head + text.matches + [text.ending]).filter { !$0.isEmpty }.joined(separator: " ")
    }

    private init(_ expressions: [NftExpression], _ family: NftFamily, _ setNames: [UInt16: KernelName]) {
        self.family = family == .ip6 ? .ip6 : .ip
        self.setNames = setNames
        limits = expressions.compactMap { if case .limit(let limit) = $0 { limit } else { nil } }[...]
        for case .log(let log) in expressions { ending = Self.text(of: log) }
    }

    private mutating func add(_ statement: Statement) {
        switch statement {
        case .match(.match(let match)): matches.append(match.iptablesText(setNames: setNames))
        case .match(.counted(let words)):
            matches.append(limits.popFirst().map(Self.text(of:)) ?? "[\(words)]")
        case .match(let condition): add(condition)
        case .verdict(let verdict):
            switch verdict {
            case .jump(let chain): ending = "-j \(chain)"
            case .goto(let chain): ending = "-g \(chain)"
            default: ending = "-j \(NftText.text(of: verdict).uppercased())"
            }
        case .verdictMap(_, let map): matches.append("[map \(map)]")
        case .translateSource, .translateDestination, .mark, .untrack, .change, .silent: break
        }
    }

    /// A native limit as `-m limit` writes it; 5 is the burst where none is given.
    private static func text(of limit: NftLimit) -> String {
        let units: [UInt64: String] = [1: "sec", 60: "min", 3600: "hour", 86400: "day"]
        let burst = limit.burst == 5 ? "" : " --limit-burst \(limit.burst)"
        return "-m limit --limit \(limit.rate)/\(units[limit.unit] ?? "\(limit.unit)s")\(burst)"
    }

    /// What NFLOG became.
    private static func text(of log: NftLog) -> String {
        let prefix = log.prefix.map { " --nflog-prefix \(NftText.quoted($0.bytes))" } ?? ""
        let group = log.group.flatMap { $0 == 0 ? nil : " --nflog-group \($0)" } ?? ""
        return "-j NFLOG\(prefix)\(group)"
    }
}
