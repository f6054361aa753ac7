import NatAudit
import NetlinkBridge

/// A STUN server that tells every client another port than the one it sees.
final class LyingServer: Sendable {
    private let stopSignal: StopSignal
    private let thread: BackgroundThread

    /// Answers until the object goes.
    init(at endpoint: Endpoint, on host: LabHost) throws {
        let stop = try StopSignal()
        let socket = try host.socket(endpoint.address, port: endpoint.port)
        stopSignal = stop
        thread = try BackgroundThread {
            while (try? waitUntilReadable([stop.number], for: .zero))?.isEmpty ?? false {
                guard let (bytes, source) = try? socket.receive(within: .milliseconds(50)),
                    let request = try? STUNMessage(decoding: bytes)
                else { continue }
                let lie = Endpoint(address: source.address, port: source.port ^ 1)
                let answer = STUNMessage(
                    STUNMessageType(.binding, .success),
                    transaction: request.transaction,
                    attributes: [STUNAttribute(xorMapped: lie, transaction: request.transaction)]
                )
                try? socket.send(answer.encoded(), to: source)
            }
        }
    }

    deinit {
        stopSignal.raise()
        thread.join()
    }
}
