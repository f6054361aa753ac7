import Foundation
import NatAudit
import NetlinkBridge
import Synchronization
import Testing

/// Two clients send from one port to one server at the same moment, on two processors, again and again.
///
/// Whoever looks for a free port before the other one's flow is in conntrack's table picks a port that is taken when it
/// gets there, and its packet is dropped. A hard NAT draws and hardly ever meets this.
struct CollisionRaceTests {
    /// How many clients there are on each side, one after the other, and how many ports each of them uses: fewer than the
    /// new endpoints that the table grants one client at once.
    private static let clients = 5
    private static let ports = 800

    /// How many times both sides send.
    private static var pairs: Int { clients * ports }

    @Test func theTableLosesHardlyMoreThanAHardNAT() async throws {
        let arrived = try await inTurn {
            let scene = try EasyScene()
            try scene.servers.require("nft", "-f", "-", input: Self.counter)
            let processors = try Self.processors()
            return try withExtendedLifetime(scene) {
                try [Design.plain, .fullyRandom, .easy].map { design in
                    try scene.load(design)
                    try scene.nat.require("conntrack", "-F")
                    return try Self.race(scene, on: processors)
                }
            }
        }
        let (plain, random, easy) = (arrived[0], arrived[1], arrived[2])
        let words = "of \(2 * Self.pairs): plain \(plain), fully-random \(random), table \(easy)"
        #expect(random > 0 && easy * 100 >= random * 99, "\(words)")
        #expect(plain * 100 < random * 98, "\(words)")
    }

    private static let counter = """
        table ip count { counter arrived { }
          chain c { type filter hook prerouting priority -400; udp dport 9000 counter name arrived drop; }; }
        """

    /// How many packets arrive of one race.
    private static func race(_ scene: EasyScene, on processors: [Int]) throws -> Int {
        let barrier = Barrier()
        let threads = try processors.enumerated().map { number, processor in
            let sender = try RawSender(in: scene.clients.namespace)
            return try BackgroundThread {
                do {
                    try stay(on: processor)
                    for client in 0..<clients {
                        let first = client * ports
                        try sender.send(
                            from: .v4(0x0A00_0301 + UInt32(number << 8 + client)),
                            ports: UInt16(2000 + first)..<UInt16(2000 + first + ports),
                            to: EasyScene.server(10, 9000)
                        ) { barrier.wait(turn: first + $0) }
                    }
                } catch {
                    barrier.abandon("\(error)")
                }
            }
        }
        for thread in threads { thread.join() }
        if let failure = barrier.failure { throw SystemError("send from two processors: \(failure)", code: 5) }
        try scene.settle(scene.clients)
        try scene.settle(scene.servers)
        let listing = try scene.servers.require("nft", "reset", "counter", "ip", "count", "arrived")
        return listing.firstMatch(of: /packets (\d+)/).flatMap { Int($0.1) } ?? 0
    }

    /// Lets two threads go on at the same moment, as close as two processors can: neither of them sleeps.
    ///
    /// Each is bound to a processor of its own: else a scheduler that is busy puts both on one, and they never meet.
    private final class Barrier: Sendable {
        private let arrivals = Atomic(0)
        private let problem = Mutex<String?>(nil)

        func wait(turn: Int) {
            let all = 2 * (turn + 1)
            arrivals.add(1, ordering: .acquiringAndReleasing)
            var turns = 0
            while arrivals.load(ordering: .acquiring) < all {
                turns += 1
                // The other one may need this processor.
                if turns.isMultiple(of: 20_000) { sched_yield() }
            }
        }

        /// Lets the other one go on alone.
        func abandon(_ words: String) {
            problem.withLock { $0 = words }
            arrivals.store(Int.max / 2, ordering: .releasing)
        }

        /// Why one of them could not go on.
        var failure: String? { problem.withLock { $0 } }
    }

    /// The first two processors that the calling thread may use.
    private static func processors() throws -> [Int] {
        let listing = try taskset([])
        let numbers = (listing.split(separator: ":").last ?? "").matches(of: /(\d+)(?:-(\d+))?/).flatMap {
            match -> [Int] in
            guard let first = Int(match.1), let last = Int(match.2 ?? match.1) else { return [] }
            return Array(first...last)
        }
        guard numbers.count > 1 else { throw SystemError("find two processors in \(listing)", code: 19) }
        return Array(numbers.prefix(2))
    }

    /// Binds the calling thread to a processor.
    private static func stay(on processor: Int) throws { try taskset(["\(processor)"]) }

    /// Runs taskset(1) on the calling thread.
    @discardableResult
    private static func taskset(_ processors: [String]) throws -> String {
        let thread = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
        let number = thread.split(separator: "/").last.map(String.init) ?? ""
        return try LabTool.require(["taskset", "-p", "-c"] + processors + [number], in: NetworkNamespace.current())
    }
}
