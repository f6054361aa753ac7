import NatAudit
import NetlinkBridge
import Testing

/// All of a host that reading could change by mistake, as its own tools and files show it; each part under a name.
struct WholeImage: Equatable {
    /// The parts, in the order in which they were looked at.
    let parts: [(name: String, text: String)]

    init(_ host: LabHost) throws {
        // Everything in one program: a looker that changes what it looks at would be seen in the next image.
        let output = try host.require("sh", "-ec", Self.script)
        let generation = try host.namespace.perform {
            var reader = try NftablesReader()
            return try reader.generation()
        }
        parts =
            output.split(separator: "\u{1E}").map { part in
                let lines = part.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(lines[0]), lines.count > 1 ? String(lines[1]) : "")
            } + [("generation", "\(generation)")]
    }

    static func == (left: WholeImage, right: WholeImage) -> Bool { left.differences(from: right).isEmpty }

    /// The parts that differ, each with both texts; those of the named parts do not count.
    func differences(from other: WholeImage, besides ignored: [String] = []) -> [String] {
        zip(parts, other.parts).filter { $0 != $1 && !ignored.contains($0.name) }
            .map { "\($0.name): \($1.text)\nbecame: \($0.text)" }
    }

    /// Each part begins with U+001E and its name.
    ///
    /// Legacy tables are asked for where they exist: asking would make them.
    private static let script = """
        part() { printf '\\036%s\\n' "$1"; shift; "$@"; }
        net=/proc/thread-self/net
        part names cat $net/ip_tables_names
        part names6 cat $net/ip6_tables_names
        part rules nft -a list ruleset
        for t in $(cat $net/ip_tables_names); do part "legacy $t" iptables-legacy-save -c -t $t | grep -v '^#'; done
        for t in $(cat $net/ip6_tables_names); do part "legacy6 $t" ip6tables-legacy-save -c -t $t | grep -v '^#'; done
        part conntrack sh -c 'conntrack -L -o id 2>/dev/null | sed -E "s/^([a-z]+ +[0-9]+) [0-9]+/\\1/" | sort'
        part sysctls sh -c 'sysctl -a --pattern ^net 2>/dev/null'
        part ipsets ipset save
        part links ip link
        part addresses ip address
        part policy sh -c 'ip rule; ip -6 rule'
        part routes sh -c 'ip route show table all; ip -6 route show table all; ip nexthop'
        part qdiscs sh -c 'tc qdisc; for d in $(ls /sys/class/net); do tc filter show dev $d ingress; done'
        part sockets ss -anu
        part modules sh -c 'cut -d" " -f1 /proc/modules 2>/dev/null || :'
        """
}
