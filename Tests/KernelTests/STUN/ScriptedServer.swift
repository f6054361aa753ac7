import NatAudit
import NetlinkBridge

/// A server that answers as a test wants it to.
final class ScriptedServer: Sendable {
    private let stopSignal: StopSignal
    private let thread: BackgroundThread

    /// Answers until the object goes, from where it is asked or from `elsewhere`.
    init(
        at endpoint: Endpoint,
        on host: LabHost,
        from elsewhere: Endpoint? = nil,
        answers: @escaping @Sendable (_ request: STUNMessage, _ bytes: [UInt8], _ source: Endpoint) -> [[UInt8]]
    ) throws {
        let stop = try StopSignal()
        let socket = try host.socket(endpoint.address, port: endpoint.port)
        let sender = try elsewhere.map { try host.socket($0.address, port: $0.port) } ?? socket
        stopSignal = stop
        thread = try BackgroundThread {
            while (try? waitUntilReadable([stop.number], for: .zero))?.isEmpty ?? false {
                guard let (bytes, source) = try? socket.receive(within: .milliseconds(20)),
                    let request = try? STUNMessage(decoding: bytes)
                else { continue }
                for answer in answers(request, bytes, source) { try? sender.send(answer, to: source) }
            }
        }
    }

    deinit {
        stopSignal.raise()
        thread.join()
    }

    /// A server that tells every client another port than the one it sees.
    static func lying(at endpoint: Endpoint, on host: LabHost) throws -> ScriptedServer {
        try ScriptedServer(at: endpoint, on: host) { request, _, source in
            [request.success(seenAt: Endpoint(address: source.address, port: source.port ^ 1))]
        }
    }
}

extension STUNMessage {
    /// The success response to a request, which names an address.
    func success(seenAt mapped: Endpoint) -> [UInt8] {
        let attribute = STUNAttribute(xorMapped: mapped, transaction: transaction)
        return STUNMessage(STUNMessageType(.binding, .success), transaction: transaction, attributes: [attribute])
            .encoded()
    }
}
