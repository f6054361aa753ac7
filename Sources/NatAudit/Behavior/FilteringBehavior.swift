/// From whom a NAT or firewall lets packets to a mapped socket in (RFC 4787 section 5).
public enum FilteringBehavior: String, Hashable, Sendable, CaseIterable, Codable {
    /// From anybody.
    case endpointIndependent = "endpoint-independent"
    /// From addresses that the socket has sent to.
    case addressDependent = "address-dependent"
    /// From addresses and ports that the socket has sent to.
    case addressAndPortDependent = "address-and-port-dependent"
}
