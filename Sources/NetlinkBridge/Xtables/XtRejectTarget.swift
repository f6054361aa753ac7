/// Answers a packet with an error and drops it.
///
/// `ipt_reject_info` in linux/netfilter_ipv4/ipt_REJECT.h and `ip6t_reject_info` in netfilter_ipv6/ip6t_REJECT.h.
public struct XtRejectTarget: Hashable, Sendable {
    /// The answer as iptables names it, such as `icmp-port-unreachable`.
    public let answer: String

    /// Nil where the answer is not one that iptables has a name for.
    init?(_ target: XtExtension, family: AddressFamily) throws(DecodingError) {
        let number = try target.structure.u32(0)
        guard let name = (family == .ip ? Self.answers4 : Self.answers6)[number] else { return nil }
        answer = name
    }

    var options: String { " --reject-with \(answer)" }

    /// `enum ipt_reject_with`; number 4 was an echo reply once.
    private static let answers4: [UInt32: String] = [
        0: "icmp-net-unreachable", 1: "icmp-host-unreachable", 2: "icmp-proto-unreachable",
        3: "icmp-port-unreachable", 5: "icmp-net-prohibited", 6: "icmp-host-prohibited", 7: "tcp-reset",
        8: "icmp-admin-prohibited",
    ]

    /// `enum ip6t_reject_with`; number 5 was an echo reply once.
    private static let answers6: [UInt32: String] = [
        0: "icmp6-no-route", 1: "icmp6-adm-prohibited", 2: "icmp6-not-neighbor", 3: "icmp6-addr-unreachable",
        4: "icmp6-port-unreachable", 6: "tcp-reset", 7: "icmp6-policy-fail", 8: "icmp6-reject-route",
    ]
}
