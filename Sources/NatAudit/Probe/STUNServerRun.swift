internal import NetlinkBridge

/// A socket that can stand in an array, and who speaks for it.
final class STUNListener: Sendable {
    let socket: UDPSocket
    let responder: STUNResponder

    init(_ endpoint: Endpoint, _ responder: STUNResponder) throws(SystemError) {
        socket = try UDPSocket(boundTo: endpoint, as: .server)
        self.responder = responder
    }
}

/// One run of a server: what it works with and what it did.
///
/// Nothing of it grows.
struct STUNServerRun: ~Copyable {
    private(set) var tally = STUNServer.Tally()
    /// How long the run has lasted, as of the last `takeTime()`.
    private(set) var time: Duration = .zero

    private let start = ContinuousClock.now
    private var nanoseconds: UInt64 = 0
    private var batch: DatagramBatch
    private var limiter: SourceLimiter?
    private var window: LimitWindow?
    private var windowEnd: Duration = .zero

    init(limit: Int?) throws(SystemError) {
        batch = try DatagramBatch()
        var random = SystemRandomNumberGenerator()
        limiter = limit.map { SourceLimiter(rate: $0, using: &random) }
    }

    /// Looks at the clock, once for all that is then answered.
    mutating func takeTime() {
        time = start.duration(to: .now)
        let (seconds, attoseconds) = time.components
        nanoseconds = UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds) / 1_000_000_000
    }

    /// How long it is until what the limit keeps back is to be told; nil where it keeps nothing back.
    var windowRest: Duration? { window == nil ? nil : max(.zero, windowEnd - time) }

    /// What the limit kept back, once the time for telling it has come.
    mutating func takeFinishedWindow() -> LimitWindow? {
        guard let window, windowEnd <= time else { return nil }
        self.window = nil
        return window
    }

    /// Answers what waits on one socket, at most a batch of it, so that the others have their turn.
    mutating func answer(on listener: STUNListener, among listeners: [STUNListener]) {
        do throws(SystemError) {
            try batch.receive(on: listener.socket)
        } catch {
            // A socket's trouble is over with the call that reports it.
            tally.refused &+= 1
            return
        }
        var queued = 0
        for index in 0..<batch.count {
            let source = batch.source(of: index)
            guard isAdmitted(source.address) else { continue }
            let answer = batch.with(index) { bytes, count in
                count.flatMap {
                    listener.responder.answer(in: &bytes, count: $0, from: source, at: listener.socket.local)
                }
            }
            guard let answer else {
                tally.ignored &+= 1
                continue
            }
            if answer.origin == listener.socket.local, answer.destination == source {
                batch.answer(index, answer.count)
                queued += 1
            } else {
                let sender = listeners.first { $0.socket.local == answer.origin } ?? listener
                send(index, answer, on: sender.socket)
            }
        }
        let sent = queued == 0 ? 0 : batch.sendAnswers(on: listener.socket)
        tally.answered &+= UInt64(sent)
        tally.refused &+= UInt64(queued - sent)
    }

    private mutating func send(_ index: Int, _ answer: STUNResponder.Answer, on socket: borrowing UDPSocket) {
        do throws(SystemError) {
            try batch.send(index, answer.count, on: socket, to: answer.destination)
            tally.answered &+= 1
        } catch {
            // One client's trouble is not the server's: the next datagram has its own fate.
            tally.refused &+= 1
        }
    }

    private mutating func isAdmitted(_ source: IPAddress) -> Bool {
        guard limiter?.admits(source, at: nanoseconds) == false else { return true }
        tally.limited &+= 1
        if window == nil {
            window = LimitWindow()
            windowEnd = time + LimitWindow.length
        }
        window?.add(source)
        return false
    }
}
