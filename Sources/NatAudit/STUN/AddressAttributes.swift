public import NetlinkBridge

// The attributes that hold an address and a port: RFC 8489 sections 14.1, 14.2 and 14.15, RFC 5780 section 7.
extension STUNAttribute {
    /// An attribute with an address in the clear: MAPPED-ADDRESS, OTHER-ADDRESS, RESPONSE-ORIGIN,
    /// ALTERNATE-SERVER.
    public init(_ type: Kind, endpoint: Endpoint) {
        var value: [UInt8] = [0, endpoint.address.family == .ip ? 1 : 2]
        value.append(bigEndian: endpoint.port)
        self.init(type, value + endpoint.address.networkBytes)
    }

    /// XOR-MAPPED-ADDRESS: the address hidden from NATs that rewrite whatever looks like one.
    public init(xorMapped endpoint: Endpoint, transaction: TransactionID) {
        self.init(.xorMappedAddress, endpoint: endpoint.xored(with: transaction))
    }

    /// The address and port of an attribute that holds them in the clear.
    ///
    /// - Throws: `STUNDecodingError` where the value is neither 8 bytes of family 1 nor 20 bytes of family 2.
    public func endpoint() throws(STUNDecodingError) -> Endpoint {
        guard value.count >= 4 else { throw STUNDecodingError(.truncated, at: value.count) }
        // The first byte is reserved: zero when sent, ignored when received.
        let count =
            switch value[1] {
            case 1: 4
            case 2: 16
            default: throw STUNDecodingError(.invalidValue, at: 1)
            }
        guard value.count == 4 + count, let address = IPAddress(networkBytes: value[4...]) else {
            throw STUNDecodingError(.wrongLength, at: value.count)
        }
        return Endpoint(address: address, port: value.bigEndian16(at: 2))
    }
}

extension STUNMessage {
    /// The address and port at which the server saw the sender; nil where the message names none.
    ///
    /// XOR-MAPPED-ADDRESS is preferred, since some NATs rewrite what MAPPED-ADDRESS says.
    public func mappedEndpoint() throws(STUNDecodingError) -> Endpoint? {
        if let attribute = first(.xorMappedAddress) ?? first(.draftXorMappedAddress) {
            return try attribute.endpoint().xored(with: transaction)
        }
        return try first(.mappedAddress)?.endpoint()
    }

    /// The address and port that an attribute in the clear names; nil where there is none, or none that can
    /// be read.
    ///
    /// For attributes that only inform (OTHER-ADDRESS, RESPONSE-ORIGIN, ALTERNATE-SERVER): a broken one
    /// spoils no answer.
    public func endpoint(_ kind: STUNAttribute.Kind) -> Endpoint? { try? first(kind)?.endpoint() }
}

extension Endpoint {
    /// RFC 8489 section 14.2: the port is XORed with the upper 16 bits of the magic cookie, an IPv4 address
    /// with the cookie, an IPv6 address with the cookie and the transaction; doing it twice undoes it.
    func xored(with transaction: TransactionID) -> Endpoint {
        let cookie = STUNMessage.magicCookie
        let address: IPAddress =
            switch address {
            case .v4(let value): .v4(value ^ cookie)
            case .v6(let high, let low):
                .v6(
                    high: high ^ (UInt64(cookie) << 32 | UInt64(transaction.high)),
                    low: low ^ transaction.low
                )
            }
        return Endpoint(address: address, port: port ^ UInt16(cookie >> 16))
    }
}
