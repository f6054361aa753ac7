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
            let responder = STUNResponder()
            while (try? waitUntilReadable([stop.number], for: .zero))?.isEmpty ?? false {
                guard let (bytes, source) = try? socket.receive(within: .milliseconds(50)) else { continue }
                let lie = Endpoint(address: source.address, port: source.port ^ 1)
                if let answer = responder.answer(to: bytes, from: lie, at: endpoint) {
                    try? socket.send(answer.bytes, to: source)
                }
            }
        }
    }

    deinit {
        stopSignal.raise()
        thread.join()
    }
}
