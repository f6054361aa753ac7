public import NetlinkBridge

/// The addresses of the laboratory: private ones behind the NAT hosts, and RFC 5737's TEST-NET-3 as internet.
public enum LabAddress {
    /// The first client, 10.0.1.2.
    public static let clientA = IPAddress.v4(0x0A00_0102)
    /// The second client of a `NATLab`, 10.0.1.3.
    public static let clientB = IPAddress.v4(0x0A00_0103)
    /// The second client of a `PeerLab`, which is behind a NAT host of its own, 10.0.2.2.
    public static let peer = IPAddress.v4(0x0A00_0202)
    /// The first NAT host on the outside, 203.0.113.1.
    public static let nat = IPAddress.v4(0xCB00_7101)
    /// The second NAT host on the outside, 203.0.113.2.
    public static let peerNAT = IPAddress.v4(0xCB00_7102)
    /// The servers: 203.0.113.10, .11 and .12, all of one host.
    public static let servers = (10...12).map { IPAddress.v4(0xCB00_7100 + $0) }
}
