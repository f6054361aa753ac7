/// Something about the host that a person should know.
public struct Finding: Hashable, Sendable, Codable {
    /// The stable identifier, as `nataudit explain` takes it.
    public let id: ID
    /// How bad it is.
    public let severity: Severity
    /// What is wrong, in a few words.
    public let title: String
    /// What it means here, in a sentence or two.
    public let detail: String
    /// What it rests on: rules and measurements, one each.
    public let evidence: [String]
    /// The rule at fault, as an index into the report's rules; nil where it is not about one rule.
    public let rule: Int?
    /// What can be done, best first.
    public let remedies: [Remedy]

    /// Makes a finding.
    init(
        _ id: ID,
        _ severity: Severity,
        _ title: String,
        detail: String,
        evidence: [String] = [],
        rule: Int? = nil,
        remedies: [Remedy] = []
    ) {
        self.id = id
        self.severity = severity
        self.title = title
        self.detail = detail
        self.evidence = evidence
        self.rule = rule
        self.remedies = remedies
    }

    /// How bad a finding is, best first.
    public enum Severity: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
        case note
        case warning
        case error

        /// Orders by badness.
        public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .note: 0
            case .warning: 1
            case .error: 2
            }
        }
    }

    /// The identifiers of the findings that this version makes.
    public enum ID: String, Hashable, Sendable, Codable, CaseIterable {
        case randomSourcePorts = "random-source-ports"
        case narrowPortRange = "narrow-port-range"
        case addressPoolWithoutPersistent = "address-pool-without-persistent"
        case portCollision = "port-collision"
        case inboundFirstChangesPort = "inbound-first-changes-port"
        case forwardingDisabled = "forwarding-disabled"
        case forwardDropped = "forward-dropped"
        case udpBlocked = "udp-blocked"
        case noSTUNServers = "no-stun-servers"
        case stunServersDisagree = "stun-servers-disagree"
        case udpHighPortsBlocked = "udp-high-ports-blocked"
        case udpTimeoutShort = "udp-timeout-short"
        case lowMTU = "low-mtu"
        case vpnDefaultRoute = "vpn-default-route"
        case doubleNAT = "double-nat"
        case carrierGradeNAT = "carrier-grade-nat"
        case endpointFirewall = "endpoint-firewall"
        case upstreamHardNAT = "upstream-hard-nat"
        case multipleEgressAddresses = "multiple-egress-addresses"
        case mixedBackends = "mixed-backends"
        case shadowedRule = "shadowed-rule"
        case staleDuplicateRule = "stale-duplicate-rule"
        case fixMissing = "fix-missing"
        case fixOverridden = "fix-overridden"
        case conntrackRemapped = "conntrack-remapped"
        case bpfDatapath = "bpf-datapath"
        case permissionMissing = "permission-missing"
        case rulesAndProbeDisagree = "rules-and-probe-disagree"
    }
}
