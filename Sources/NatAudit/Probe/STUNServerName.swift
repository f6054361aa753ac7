public import NetlinkBridge

/// A STUN server as a user names it: `HOST[:PORT]`, where HOST is a name, an IPv4 address, or an IPv6 address
/// in brackets.
public struct STUNServerName: Hashable, Sendable {
    /// The host name in lower case, or the address in its canonical form.
    public let host: String
    /// The UDP port.
    public let port: UInt16

    /// The port that RFC 8489 section 18.6 registers for STUN.
    public static let defaultPort: UInt16 = 3478

    /// The server that listens on an endpoint.
    public init(_ endpoint: Endpoint) {
        host = endpoint.address.description
        port = endpoint.port
    }

    /// The endpoint, where the host is an address; nil where it has to be resolved.
    public var endpoint: Endpoint? { IPAddress(host).map { Endpoint(address: $0, port: port) } }
}

extension STUNServerName: LosslessStringConvertible {
    /// The server that a text names; nil where it is neither an address nor a host name (RFC 1123,
    /// underscores allowed), or the port is not 1 to 65535.
    public init?(_ text: String) {
        var host = Substring(text)
        var port = Self.defaultPort
        if IPAddress(text) == nil, let colon = text.lastIndex(of: ":"), text.last != "]" {
            guard let number = UInt16(text[text.index(after: colon)...]), number > 0,
                text[text.index(after: colon)...].allSatisfy(\.isNumber)
            else { return nil }
            host = text[..<colon]
            port = number
        }
        self.port = port
        if host.hasPrefix("["), host.hasSuffix("]") {
            guard let address = IPAddress(String(host.dropFirst().dropLast())), address.family == .ip6 else {
                return nil
            }
            self.host = address.description
        } else if let address = IPAddress(String(host)) {
            // "::1:3478" could be an address or an address and a port: brackets say which, and only an
            // address alone may do without them.
            guard address.family == .ip || host == text else { return nil }
            self.host = address.description
        } else {
            guard Self.isHostName(host) else { return nil }
            self.host = host.lowercased()
        }
    }

    /// `HOST:PORT`, with an IPv6 address in brackets.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func isHostName(_ text: Substring) -> Bool {
        let name = text.hasSuffix(".") ? text.dropLast() : text
        guard (1...253).contains(name.utf8.count) else { return false }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        // A last label of digits is an address that was mistyped, and never a name (RFC 3696 section 2).
        guard let last = labels.last, !last.allSatisfy(\.isNumber) else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { byte in
                    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                        || byte == 45 || byte == 95
                }
        }
    }
}
