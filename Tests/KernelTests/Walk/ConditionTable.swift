import NetlinkBridge
import Testing

/// Conditions as a tool takes them, each of which becomes a rule that counts.
struct ConditionTable: CustomTestStringConvertible, Sendable {
    /// How the rules are loaded.
    enum Loader: String, Sendable {
        case nft
        case iptablesNft = "nft backend"
        case iptablesLegacy = "legacy backend"
    }

    /// Which of the two packets a rule is about: the forwarded one, or the host's own.
    struct Ways: OptionSet, Sendable {
        let rawValue: Int
        static let forwarded = Ways(rawValue: 1)
        static let own = Ways(rawValue: 2)
        static let both: Ways = [.forwarded, .own]
    }

    /// One condition.
    struct Probe: Sendable {
        let text: String
        /// For which packets nobody can tell whether it holds.
        var unknown: Ways = []
        /// Where the kernel takes the condition.
        var hooks: Ways = .both
    }

    let name: String
    let loader: Loader
    /// The family of the packets.
    var family = AddressFamily.ip
    /// The family of nft's table; that of the packets where it is nil.
    var table: String?
    let probes: [Probe]
    /// Sets and maps of the table, in nft's syntax.
    var sets = ""
    /// What `ipset restore` takes.
    var ipsets = ""
    /// Tells whether a rule takes the packets out of conntrack.
    var isUntracked = false

    var testDescription: String { "\(name) (\(loader.rawValue))" }

    /// The probes of the chain that the packet meets, in their order.
    func probes(for way: Ways) -> [Probe] { probes.filter { $0.hooks.contains(way) } }

    /// The tool of the rules, without its ending: `iptables-nft`, `ip6tables-legacy`.
    var tool: String {
        let prefix = family == .ip ? "iptables" : "ip6tables"
        return loader == .nft ? "nft" : "\(prefix)-\(loader == .iptablesNft ? "nft" : "legacy")"
    }

    /// The ruleset.
    var script: String { loader == .nft ? nftScript : iptablesScript }

    private var nftScript: String {
        func chain(_ hook: String, _ way: Ways) -> String {
            // The first rule keeps away what hosts say to each other by themselves.
            let rules =
                "\t\tmeta l4proto != udp return\n" + probes(for: way).map { "\t\t\($0.text) counter\n" }.joined()
            return "\tchain \(hook) {\n\t\ttype filter hook \(hook) priority 0;\n\(rules)\t}\n"
        }
        var raw = ""
        for hook in ["prerouting", "output"] where isUntracked {
            raw += "\tchain raw_\(hook) {\n\t\ttype filter hook \(hook) priority -300;\n\t\tnotrack\n\t}\n"
        }
        return
            "table \(table ?? family.rawValue) c {\n\(sets)\n\(raw)\(chain("forward", .forwarded))\(chain("output", .own))}\n"
    }

    private var iptablesScript: String {
        func rules(_ chain: String, _ way: Ways) -> String {
            "-A \(chain) ! -p udp -j RETURN\n" + probes(for: way).map { "-A \(chain) \($0.text)\n" }.joined()
        }
        let raw = "*raw\n-A PREROUTING -j CT --notrack\n-A OUTPUT -j CT --notrack\nCOMMIT\n"
        return (isUntracked ? raw : "") + "*filter\n\(rules("FORWARD", .forwarded))\(rules("OUTPUT", .own))COMMIT\n"
    }

    /// The same conditions in both of iptables' backends.
    static func iptables(
        _ name: String,
        family: AddressFamily = .ip,
        ipsets: String = "",
        isUntracked: Bool = false,
        _ probes: [Probe]
    ) -> [ConditionTable] {
        [Loader.iptablesNft, .iptablesLegacy].map { loader in
            ConditionTable(
                name: name,
                loader: loader,
                family: family,
                probes: probes,
                ipsets: ipsets,
                isUntracked: isUntracked
            )
        }
    }
}

extension ConditionTable.Probe: ExpressibleByStringLiteral {
    /// A condition that is known for both packets.
    init(stringLiteral value: String) { self.init(text: value) }

    /// A condition that nobody can tell, for these packets.
    static func unknown(_ text: String, _ ways: ConditionTable.Ways = .both) -> Self {
        .init(text: text, unknown: ways)
    }

    /// A condition that the kernel takes at one hook only.
    static func only(_ ways: ConditionTable.Ways, _ text: String, isUnknown: Bool = false) -> Self {
        .init(text: text, unknown: isUnknown ? ways : [], hooks: ways)
    }
}
