import Glibc
import NetlinkBridge
import Synchronization
import Testing

/// A thread that changes the rules of a namespace again and again, each time in one commit.
struct RulesetChurn {
    private let thread: BackgroundThread
    private let state = State()

    private final class State: Sendable {
        let isDone = Atomic(false)
        let commits = Atomic(0)
        let failure = Mutex<String?>(nil)
    }

    /// Begins, with so many microseconds between two changes; `commands` makes the change of a number, from 0.
    init(
        in namespace: NetworkNamespace,
        pause: UInt32,
        _ commands: @escaping @Sendable (_ number: Int) -> [NftCommand]
    ) throws {
        let state = state
        thread = try namespace.perform {
            try BackgroundThread {
                do {
                    var reader = try NftablesReader()
                    var writer = try NftWriter()
                    while !state.isDone.load(ordering: .relaxed) {
                        let number = state.commits.load(ordering: .relaxed)
                        let batch = try NftBatch(commands(number), plannedOn: reader.generation())
                        let commit = try writer.commit(batch)
                        // Somebody else was faster: the same change once more.
                        if commit == .stale { continue }
                        guard commit == .committed else { throw Unexpected(commit: commit) }
                        state.commits.add(1, ordering: .relaxed)
                        if pause > 0 { usleep(pause) }
                    }
                } catch {
                    state.failure.withLock { $0 = "\(error)" }
                }
            }
        }
    }

    /// Ends it, and tells how often something was changed.
    func stop() throws -> Int {
        state.isDone.store(true, ordering: .relaxed)
        thread.join()
        #expect(state.failure.withLock { $0 } == nil)
        return state.commits.load(ordering: .relaxed)
    }

    private struct Unexpected: Error { let commit: NftCommit }
}
