public import NetlinkBridge

/// Why a probe came to nothing.
public enum ProbeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The plan names no server.
    case noServers
    /// None of the servers that a user named has an address; each with the resolver's reason.
    case noServerResolved([String])
    /// No server has an address of the source address's family.
    case noServerInFamily(of: IPAddress?)
    /// A signal ended it.
    case interrupted

    /// One sentence with a way out.
    public var description: String {
        switch self {
        case .noServers: "no STUN server to ask: the map has none, or none is named; name one as HOST[:PORT]"
        case .noServerResolved(let reasons):
            "could not resolve \(reasons.joined(separator: "; ")): check the name, or name a server by its address"
        case .noServerInFamily(let address?):
            "no STUN server has an address of the family of \(address): "
                + "name another server or another source address"
        case .interrupted: "interrupted while servers were asked"
        case .noServerInFamily(nil): "no STUN server can be asked"
        }
    }
}
