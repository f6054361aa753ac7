import NetlinkBridge
import Synchronization

/// Does one thing many times, several times at once.
enum Crowd {
    /// The values, in the order in which they came about.
    ///
    /// - Throws: the first error that one of them threw.
    static func run<Value: Sendable>(
        times: Int,
        atOnce: Int,
        _ body: @escaping @Sendable () throws -> Value
    ) throws -> [Value] {
        let results = Shared<Value>()
        let threads = try (0..<min(times, atOnce)).map { _ in
            try BackgroundThread {
                while results.take(times) { results.add(Result(catching: body)) }
            }
        }
        for thread in threads { thread.join() }
        return try results.all().map { try $0.get() }
    }

    private final class Shared<Value: Sendable>: Sendable {
        private let begun = Mutex(0)
        private let results = Mutex<[Result<Value, any Error>]>([])

        func take(_ limit: Int) -> Bool {
            begun.withLock { count in
                count += 1
                return count <= limit
            }
        }

        func add(_ result: Result<Value, any Error>) { results.withLock { $0.append(result) } }

        func all() -> [Result<Value, any Error>] { results.withLock { $0 } }
    }
}
