internal import NetlinkBridge

extension UDPSocket.NetworkReport {
    /// What the network said, in words: "ICMP port unreachable (ECONNREFUSED)".
    var words: String {
        let error = SystemError("", code: code)
        guard icmpType != 0 else { return "\(SystemError.message(code)) (\(error.name))" }
        let sender = offender.map { $0 == remote.address ? " from the server itself" : " from \($0)" } ?? ""
        return "\(icmpWords)\(sender) (\(error.name))"
    }

    /// Tells whether nobody listens on the port, or somebody on the way says so (RFC 792, RFC 4443 section 3.1).
    var isPortUnreachable: Bool {
        switch remote.address.family {
        case .ip: icmpType == 3 && icmpCode == 3
        case .ip6: icmpType == 1 && icmpCode == 4
        }
    }

    private var icmpWords: String {
        switch (remote.address.family, icmpType) {
        case (.ip, 3): "ICMP " + (Self.unreachable4[icmpCode] ?? "destination unreachable, code \(icmpCode)")
        case (.ip, 11): "ICMP time exceeded"
        case (.ip, _): "ICMP type \(icmpType), code \(icmpCode)"
        case (.ip6, 1):
            "ICMPv6 " + (Self.unreachable6[icmpCode] ?? "destination unreachable, code \(icmpCode)")
        case (.ip6, 2): "ICMPv6 packet too big"
        case (.ip6, 3): "ICMPv6 time exceeded"
        case (.ip6, _): "ICMPv6 type \(icmpType), code \(icmpCode)"
        }
    }

    /// Tells whether the report ends the matter, as linux/net/ipv4/icmp.c and net/ipv6/icmp.c have it
    /// (`fatal`).
    ///
    /// RFC 1122 section 4.2.3.9 calls the others soft: a route may come back while requests are still being
    /// sent.
    var isFatal: Bool {
        switch (remote.address.family, icmpType) {
        case (.ip, 3): ![0, 1, 4, 5, 11, 12].contains(icmpCode)
        case (.ip6, 1): ![0, 2, 3].contains(icmpCode)
        default: false
        }
    }

    /// RFC 792 and RFC 1812 section 5.2.7.1.
    private static let unreachable4: [UInt8: String] = [
        0: "network unreachable", 1: "host unreachable", 2: "protocol unreachable", 3: "port unreachable",
        4: "fragmentation needed", 5: "source route failed", 6: "network unknown", 7: "host unknown",
        9: "network prohibited by administrator", 10: "host prohibited by administrator",
        11: "network unreachable for this type of service", 12: "host unreachable for this type of service",
        13: "communication prohibited by administrator",
    ]

    /// RFC 4443 section 3.1.
    private static let unreachable6: [UInt8: String] = [
        0: "no route to the destination", 1: "communication prohibited by administrator",
        2: "beyond the scope of the source address", 3: "address unreachable", 4: "port unreachable",
        5: "source address failed policy", 6: "route rejected",
    ]
}
