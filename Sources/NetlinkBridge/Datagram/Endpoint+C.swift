internal import CShims
internal import Glibc

extension na_endpoint {
    /// The C form of an endpoint: address in network order, port in host order.
    init(_ endpoint: Endpoint) {
        self.init()
        family = UInt8(endpoint.address.family == .ip ? AF_INET : AF_INET6)
        port = endpoint.port
        unsafe withUnsafeMutableBytes(of: &address) { buffer in
            // Sound: at most 16 bytes are stored, as many as the field has.
            switch endpoint.address {
            case .v4(let value): unsafe buffer.storeBytes(of: value.bigEndian, as: UInt32.self)
            case .v6(let high, let low):
                unsafe buffer.storeBytes(of: high.bigEndian, as: UInt64.self)
                unsafe buffer.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
        }
    }
}

extension Endpoint {
    /// The endpoint that the C form holds; any family but IPv6 is read as IPv4.
    init(_ raw: na_endpoint) {
        let isV6 = raw.family == UInt8(AF_INET6)
        let address: IPAddress = unsafe withUnsafeBytes(of: raw.address) { buffer in
            // Sound: at most 16 bytes are loaded, as many as the field has.
            guard isV6 else { return .v4(UInt32(bigEndian: unsafe buffer.loadUnaligned(as: UInt32.self))) }
            return .v6(
                high: UInt64(bigEndian: unsafe buffer.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: unsafe buffer.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        self.init(address: address, port: raw.port)
    }
}
