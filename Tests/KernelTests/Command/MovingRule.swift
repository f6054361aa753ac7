import Glibc
import NatAudit
import NetlinkBridge
import Synchronization
import Testing

/// A rule that a thread moves from one table to the other and back, each time in one commit.
struct MovingRule {
    static let tables: [String] = ["left", "right"]
    private let thread: BackgroundThread
    private let state = State()

    private final class State: Sendable {
        let isDone = Atomic(false)
        let moves = Atomic(0)
        let failure = Mutex<String?>(nil)
    }

    /// Begins, with so many microseconds between two moves.
    init(in host: LabHost, pause: UInt32) throws {
        let state = state
        try host.require("nft", "-f", "-", input: "table ip right { chain post { masquerade random; }; }")
        thread = try host.namespace.perform {
            try BackgroundThread {
                do {
                    var reader = try NftablesReader()
                    var writer = try NftWriter()
                    while !state.isDone.load(ordering: .relaxed) {
                        let isEven = state.moves.load(ordering: .relaxed) % 2 == 0
                        let batch = try NftBatch(Self.move(toLeft: isEven), plannedOn: reader.generation())
                        guard try writer.commit(batch) == .committed else { throw NotMoved() }
                        state.moves.add(1, ordering: .relaxed)
                        usleep(pause)
                    }
                } catch {
                    state.failure.withLock { $0 = "\(error)" }
                }
            }
        }
    }

    /// Ends it, and tells how often the rule was moved.
    func stop() throws -> Int {
        state.isDone.store(true, ordering: .relaxed)
        thread.join()
        #expect(state.failure.withLock { $0 } == nil)
        return state.moves.load(ordering: .relaxed)
    }

    private static func move(toLeft: Bool) -> [NftCommand] {
        let (from, to): (KernelName, KernelName) = toLeft ? ("right", "left") : ("left", "right")
        return [
            .deleteTable(.ip, from), .addTable(.ip, to, comment: nil),
            .addChain(.ip, table: to, chain: "post", .init(.postrouting, type: "nat", priority: 100)),
            .addRule(
                .ip,
                table: to,
                chain: "post",
                [.masquerade(.init(portMin: nil, portMax: nil, flags: .fullyRandom))],
                comment: nil
            ),
        ]
    }

    private struct NotMoved: Error {}
}
