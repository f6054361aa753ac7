import NatAudit
import NetlinkBridge
import Testing

/// All that `fix` may change on a host and `undo` has to put back, as text; counters aside.
struct HostImage: Equatable {
    /// The rules of all backends, as their own tools print them.
    let rules: String
    /// Every parameter that switching on forwarding touches.
    let parameters: String
    /// The names of the links.
    let links: String
    /// The number of the last change of nf_tables.
    let generation: Generation

    init(_ host: LabHost) throws {
        rules = try host.require("sh", "-c", Self.rulesScript)
        parameters = try host.require("sh", "-c", Self.parametersScript)
        links = try host.require("sh", "-c", "ip -brief link | cut -d' ' -f1")
        generation = try host.namespace.perform {
            var reader = try NftablesReader()
            return try reader.generation()
        }
    }

    /// Without the generation, which only grows.
    static func == (left: HostImage, right: HostImage) -> Bool {
        left.rules == right.rules && left.parameters == right.parameters && left.links == right.links
    }

    /// The legacy table is asked for only where it exists: asking would make it.
    private static let rulesScript = """
        nft list ruleset | sed -E 's/counter packets [0-9]+ bytes [0-9]+/counter/'
        iptables-nft-save -t nat 2>/dev/null | grep -v '^#' | sed -E 's/\\[[0-9]+:[0-9]+\\]//'
        if grep -qx nat /proc/thread-self/net/ip_tables_names; then
            iptables-legacy-save -t nat | grep -v '^#' | sed -E 's/\\[[0-9]+:[0-9]+\\]//'
        fi
        """
    private static let parametersScript = """
        cd /proc/sys/net/ipv4
        grep . ip_forward conf/*/forwarding conf/*/accept_redirects conf/*/send_redirects conf/*/rp_filter
        cd ..
        grep . ipv6/conf/*/forwarding ipv6/conf/*/accept_ra
        """
}
