/// Where a packet comes from and goes to, as its headers say at one moment.
public struct PacketHeaders: Hashable, Sendable {
    /// The source.
    public let source: Endpoint
    /// The destination.
    public let destination: Endpoint

    /// Reads the beginning of a network header (RFC 791 section 3.1, RFC 8200 section 3) and the ports with which TCP and UDP
    /// begin; nil where bytes are missing or the version is neither.
    init?(network: [UInt8], transport: [UInt8]) {
        guard let version = network.first.map({ $0 >> 4 }), version == 4 || version == 6 else { return nil }
        let (start, size) = version == 4 ? (12, 4) : (8, 16)
        guard network.count >= start + 2 * size, transport.count >= 4,
            let source = IPAddress(networkBytes: network[start..<start + size]),
            let destination = IPAddress(networkBytes: network[start + size..<start + 2 * size])
        else { return nil }
        let port = { (index: Int) in UInt16(transport[index]) << 8 | UInt16(transport[index + 1]) }
        self.source = Endpoint(address: source, port: port(0))
        self.destination = Endpoint(address: destination, port: port(2))
    }
}
