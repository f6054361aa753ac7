public import NetlinkBridge

/// Why a server could not be made.
public enum STUNServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nothing to listen on.
    case noAddress
    /// More endpoints than one server takes.
    case tooMany(Int)
    /// 0.0.0.0 or ::.
    case unspecified(Endpoint)
    /// What should be two addresses of one family and two ports is not.
    case noPair([IPAddress], [UInt16])
    /// An alternate port, and no two addresses of one family with one port.
    case alternateWithoutPair(UInt16)
    /// A public address for one that is not among two that belong together.
    case publicWithoutPair(IPAddress)
    /// Somebody else has the second port, which a user need not have named.
    case secondPortTaken(SystemError)

    /// One sentence with a way out.
    public var description: String {
        switch self {
        case .noAddress: "no address to listen on: name one as ADDRESS[:PORT]"
        case .tooMany(let count):
            "\(count) addresses to listen on are too many: \(STUNServer.listenerLimit) is the most, "
                + "start a second server"
        case .unspecified(let endpoint):
            "cannot listen on \(endpoint): an answer has to leave from the address that was asked, "
                + "so name each address of this host that clients use"
        case .noPair(let addresses, let ports):
            "\(Self.list(addresses)) with \(ports.count == 1 ? "port" : "ports") \(Self.list(ports)) cannot serve "
                + "RFC 5780: it takes two addresses of one family and two ports"
        case .alternateWithoutPair(let port):
            "an alternate port (\(port)) needs two addresses of one family to listen on, both with one port"
        case .publicWithoutPair(let address):
            "a public address for \(address) is of use only where that is one of two addresses to listen on, both "
                + "with one port and of one family"
        case .secondPortTaken(let error):
            "\(error): two addresses are served on a second port too; --alternate-port takes another one, or 0 for none"
        }
    }

    private static func list(_ values: [some CustomStringConvertible]) -> String {
        values.map(\.description).joined(separator: " and ")
    }
}
