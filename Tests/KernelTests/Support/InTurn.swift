/// Runs what builds a laboratory on a thread of its own, a few at a time.
///
/// Each takes a dozen programs: all at once they would starve the tests that measure time.
func inTurn<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    await Turnstile.shared.enter()
    do {
        let value = try await onOwnThread(body)
        await Turnstile.shared.leave()
        return value
    } catch {
        await Turnstile.shared.leave()
        throw error
    }
}

/// Lets a few in, and the next when one leaves.
private actor Turnstile {
    static let shared = Turnstile()

    private var places = 3
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func enter() async {
        if places > 0 {
            places -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func leave() {
        if waiting.isEmpty { places += 1 } else { waiting.removeFirst().resume() }
    }
}
