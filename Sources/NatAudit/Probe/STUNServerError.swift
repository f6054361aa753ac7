public import NetlinkBridge

/// Why a server could not be made.
public enum STUNServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nothing to listen on.
    case noAddress
    /// More endpoints than one server takes.
    case tooMany(Int)
    /// 0.0.0.0 or ::.
    case unspecified(Endpoint)

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
        }
    }
}
