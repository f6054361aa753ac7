internal import Synchronization

/// Keeps the last answer to each question.
final class KernelRecorder: Sendable {
    private struct State: Sendable {
        var order: [[UInt8]] = []
        var answers: [[UInt8]: [UInt8]] = [:]
    }

    private let state = Mutex(State())

    /// Keeps an answer; it takes the place of an earlier one to the same question.
    func keep(_ answer: KernelAnswer, to question: [UInt8]) {
        state.withLock { state in
            if state.answers.updateValue(answer.bytes, forKey: question) == nil { state.order.append(question) }
        }
    }

    /// The records as a log has them, in the order in which the questions came up.
    var bytes: [UInt8] {
        state.withLock { state in
            var bytes: [UInt8] = []
            for question in state.order {
                bytes += KernelLog.field(question) + KernelLog.field(state.answers[question] ?? [])
            }
            return bytes
        }
    }
}
