internal import CShims
internal import Glibc

extension na_endpoint {
    /// The C form of an endpoint: address in network order, port in host order.
    init(_ endpoint: Endpoint) {
        self.init()
        family = UInt8(endpoint.address.family == .ip ? AF_INET : AF_INET6)
        port = endpoint.port
        unsafe withUnsafeMutableBytes(of: &address) { buffer in
            // Sound: networkBytes has 4 or 16 bytes, the field 16.
            unsafe buffer.copyBytes(from: endpoint.address.networkBytes)
        }
    }
}

extension Endpoint {
    /// The endpoint that the C form holds; any family but IPv6 is read as IPv4.
    init(_ raw: na_endpoint) {
        let bytes = unsafe withUnsafeBytes(of: raw.address) { buffer in unsafe Array(buffer) }
        let count = raw.family == UInt8(AF_INET6) ? 16 : 4
        self.init(address: IPAddress(networkBytes: bytes.prefix(count)) ?? .v4(0), port: raw.port)
    }
}
