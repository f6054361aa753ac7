/// The servers that are asked where nobody names any.
///
/// Several operators that do not depend on each other: a verdict needs two server addresses, and one
/// operator's names may share one. None of them offers RFC 5780, so they take part in mapping tests only.
public enum DefaultServers {
    /// The servers, each of another operator.
    public static let all: [STUNServerName] = [
        "stun.l.google.com:19302", "stun.cloudflare.com:3478", "stun.nextcloud.com:3478",
    ]
    .compactMap(STUNServerName.init)

    /// The servers that a comma-separated text names.
    ///
    /// - Returns: the servers, or the first entry that names none. Empty entries are passed over.
    public static func parse(_ list: String) -> Result<[STUNServerName], UnreadableServer> {
        var servers: [STUNServerName] = []
        for entry in list.split(separator: ",") {
            let text = entry.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
            if text.isEmpty { continue }
            guard let server = STUNServerName(String(text)) else {
                return .failure(UnreadableServer(text: String(text)))
            }
            servers.append(server)
        }
        return .success(servers)
    }
}

/// A text that should name a STUN server and does not.
public struct UnreadableServer: Error, Hashable, Sendable {
    /// The text as it came.
    public let text: String

    /// Makes the error.
    public init(text: String) { self.text = text }
}
