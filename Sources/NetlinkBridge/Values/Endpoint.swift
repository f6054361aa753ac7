/// A transport address: an IP address and a UDP or TCP port.
public struct Endpoint: Hashable, Sendable {
    /// The IP address.
    public let address: IPAddress
    /// The port, as a number.
    public let port: UInt16

    /// Makes an endpoint from its two parts.
    public init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }
}

extension Endpoint: LosslessStringConvertible {
    /// The endpoint that `1.2.3.4:5` or `[2001:db8::1]:5` stands for; nil where it is neither.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard let address = IPAddress(String(host)) else { return nil }
        self.init(address: address, port: port)
    }

    /// `ADDRESS:PORT`, with an IPv6 address in brackets.
    public var description: String {
        switch address {
        case .v4: "\(address):\(port)"
        case .v6: "[\(address)]:\(port)"
        }
    }
}

extension Endpoint: Comparable {
    /// Orders by address, then by port.
    public static func < (left: Endpoint, right: Endpoint) -> Bool {
        left.address == right.address ? left.port < right.port : left.address < right.address
    }
}
