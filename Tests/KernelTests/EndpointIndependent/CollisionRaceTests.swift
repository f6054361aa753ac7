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
        try await inTurn {
            let scene = try EasyScene()
            try scene.servers.require("nft", "-f", "-", input: Self.counter)
            var arrived: [Design: Int] = [:]
            for design in [Design.plain, .fullyRandom, .easy] {
                try scene.load(design)
                try scene.nat.require("conntrack", "-F")
                arrived[design] = try Self.race(scene)
            }
            let (plain, random, easy) = (arrived[.plain] ?? 0, arrived[.fullyRandom] ?? 0, arrived[.easy] ?? 0)
            let words = "of \(2 * Self.pairs): plain \(plain), fully-random \(random), table \(easy)"
            #expect(easy * 100 >= random * 99, "\(words)")
            #expect(plain * 100 < random * 98, "\(words)")
            withExtendedLifetime(scene) {}
        }
    }

    private static let counter = """
        table ip count { counter arrived { }
          chain c { type filter hook prerouting priority -400; udp dport 9000 counter name arrived drop; }; }
        """

    /// How many packets arrive of one race.
    private static func race(_ scene: EasyScene) throws -> Int {
        let barrier = Barrier()
        let threads = try (0..<2).map { number in
            let sender = try RawSender(in: scene.clients.namespace)
            return try BackgroundThread {
                do {
                    try stayOnProcessor(number)
                    for client in 0..<clients {
                        let first = client * ports
                        try sender.send(
                            from: .v4(0x0A00_0301 + UInt32(number << 8 + client)),
                            ports: UInt16(2000 + first)..<UInt16(2000 + first + ports),
                            to: EasyScene.server(10, 9000)
                        ) { barrier.wait(turn: first + $0) }
                    }
                } catch {
                    barrier.abandon()
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(!barrier.isAbandoned)
        try scene.settle(scene.clients)
        try scene.settle(scene.servers)
        let listing = try scene.servers.require("nft", "reset", "counter", "ip", "count", "arrived")
        return try #require(listing.firstMatch(of: /packets (\d+)/).flatMap { Int($0.1) })
    }

    /// Lets two threads go on at the same moment, as close as two processors can: neither of them sleeps.
    ///
    /// Each is bound to a processor of its own: else a scheduler that is busy puts both on one, and they never meet.
    private final class Barrier: Sendable {
        private let arrivals = Atomic(0)

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

        func abandon() { arrivals.store(Int.max / 2, ordering: .releasing) }

        var isAbandoned: Bool { arrivals.load(ordering: .acquiring) >= Int.max / 2 }
    }

    /// Binds the calling thread to one of the processors that it may use (taskset(1)).
    private static func stayOnProcessor(_ number: Int) throws {
        let thread = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
        let namespace = try NetworkNamespace.current()
        let listing = try LabTool.require(
            ["taskset", "-p", "-c", (thread as NSString).lastPathComponent],
            in: namespace
        )
        let allowed = listing.split(separator: ":").last ?? ""
        let processors = allowed.matches(of: /(\d+)(?:-(\d+))?/).flatMap { match -> [Int] in
            guard let first = Int(match.1) else { return [] }
            return Array(first...(match.2.flatMap { Int($0) } ?? first))
        }
        let chosen = try #require(processors.dropFirst(number).first, "two processors are needed, not \(allowed)")
        try LabTool.require(
            ["taskset", "-p", "-c", "\(chosen)", (thread as NSString).lastPathComponent],
            in: namespace
        )
    }
}
