import NatAudit
import NetlinkBridge

/// What a server does with a request that no server should.
enum HostileManner: String, CaseIterable, Sendable {
    case wrongTransaction, wrongSource, cut, overlong, noAddress, impossibleAddress, flood, alternate, escapes, garbage

    /// A server of that manner; `other` is what it answers from where that is somewhere else, or where it sends clients to.
    func server(at endpoint: Endpoint, other: Endpoint, on host: LabHost) throws -> ScriptedServer {
        try ScriptedServer(at: endpoint, on: host, from: self == .wrongSource ? other : nil) { request, _, source in
            answers(to: request, from: source, other: other)
        }
    }

    private func answers(
        to request: STUNMessage,
        from source: Endpoint,
        other: Endpoint
    ) -> [[UInt8]] {
        // What an honest one would never say: any of these that is believed makes the NAT look hard.
        let lie = Endpoint(address: source.address, port: source.port ^ 0x5555)
        let mapped = STUNAttribute(xorMapped: lie, transaction: request.transaction)
        func success(_ attributes: [STUNAttribute], _ id: TransactionID? = nil) -> [UInt8] {
            let type = STUNMessageType(.binding, .success)
            return STUNMessage(type, transaction: id ?? request.transaction, attributes: attributes).encoded()
        }
        switch self {
        case .wrongTransaction: return [success([mapped], TransactionID(high: 1, low: request.transaction.low))]
        case .wrongSource: return [success([mapped])]
        case .cut: return (1..<32).map { Array(success([mapped]).prefix($0)) }
        case .overlong: return [success([mapped, STUNAttribute(.padding, [UInt8](repeating: 7, count: 9000))])]
        case .noAddress: return [success([])]
        case .impossibleAddress:
            return [success([STUNAttribute(.mappedAddress, endpoint: Endpoint(address: .v4(0), port: 0))])]
        case .flood: return Array(repeating: success([mapped], TransactionID(high: 2, low: 2)), count: 5000)
        case .alternate:
            let code = STUNErrorCode(300, reason: Array("go\u{1B}[31m away".utf8)).map { [STUNAttribute($0)] } ?? []
            let refusal = STUNMessage(
                STUNMessageType(.binding, .error),
                transaction: request.transaction,
                attributes: code + [STUNAttribute(.alternateServer, endpoint: other)]
            )
            return [refusal.encoded()]
        case .escapes:
            let honest = STUNAttribute(xorMapped: source, transaction: request.transaction)
            return [success([honest, STUNAttribute(.software, Array("\u{1B}]0;owned\u{7}\u{9B}31m".utf8))])]
        case .garbage: return [[UInt8](repeating: 0xFF, count: 100), [], [0]]
        }
    }
}
