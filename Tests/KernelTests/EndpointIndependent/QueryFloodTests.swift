import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// One client that asks 1,000 times a second from a new socket each, as resolvers and browsers do, beside sockets that stay.
struct QueryFloodTests {
    /// `make flood` makes it ten minutes.
    private static let seconds =
        ProcessInfo.processInfo.environment["NATAUDIT_FLOOD"].flatMap { Int($0) } ?? 3
    private static let perSecond = 1000

    @Test(arguments: [false, true])
    func newSocketsHaveAMappingThatHolds(isMapped: Bool) async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try lab.nat.load(postrouting: ["-o wan -j MASQUERADE"], .iptablesNft)
            if isMapped { try expectApplied(try lab.fix("--endpoint-independent")) }
            let resolvers = try [53, 443].map { try lab.lab.servers.socket(LabAddress.servers[0], port: $0) }
            let start = ContinuousClock.now
            var asked = 0
            // Plain masquerade fails at once; the flood is not what it fails on.
            let flood = isMapped ? Self.seconds : 1
            for second in 1...flood {
                while asked < second * Self.perSecond {
                    let socket = try lab.lab.clientA.socket(LabAddress.clientA, port: 0)
                    try socket.send([1], to: resolvers[asked % 2].local)
                    asked += 1
                    let due = start + .microseconds(asked * 1_000_000 / Self.perSecond)
                    if due > .now { try pause(until: due) }
                }
                guard second == flood || second.isMultiple(of: 60) else { continue }
                for pair in 0..<10 {
                    try lab.expectMapped(UInt16(8000 + second / 60 * 10 + pair), holds: isMapped)
                }
            }
            guard isMapped else { return }
            // What was asked once has claimed nothing.
            let taken = try lab.nat.require("nft", "list", "set", "ip", "nataudit", "taken")
            #expect(taken.split(separator: "limit rate").count - 1 < 30 * (flood / 60 + 1), "\(taken)")
        }
    }
}
