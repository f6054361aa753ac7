import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// Which of several chains translates: foretold, and then looked at with a packet.
///
/// The first chain that sets a mapping up decides, were it to the packet's own address; `accept` and `return` do not stop
/// those that follow, `drop` does; dormant tables and untracked flows are left out.
struct OrderTests {
    /// How many combinations are tried; NATAUDIT_ORDERS asks for more.
    private static let count = ProcessInfo.processInfo.environment["NATAUDIT_ORDERS"].flatMap { Int($0) } ?? 150

    @Test func theChainThatIsForetoldDecidesOrItIsLeftOpen() async throws {
        let (tally, ties, open) = try await onOwnThread {
            let lab = try DifferentialLab()
            var tally = DifferentialTally()
            var ties = 0
            var open = 0
            for seed in 1...UInt64(Self.count) {
                let order = RandomOrder(seed: seed)
                let packets = Self.packets(seed)
                try lab.load(order.rules)
                let foretold = try lab.foretold(packets)
                for ((packet, outcomes), seen) in zip(zip(packets, foretold), try lab.sent(packets)) {
                    tally.add(outcomes, seen, of: packet, order.rules, "seed \(seed)")
                    // Nothing else is left open: an answer that always depends would always agree.
                    if !order.hasTies { #expect(outcomes.count == 1, "seed \(seed): \(order.rules)") }
                    if outcomes.count > 1 { open += 1 }
                }
                if order.hasTies { ties += 1 }
            }
            return (tally, ties, open)
        }
        print("order: \(Self.count) combinations, \(ties) with equal priorities, \(open) answers left open, \(tally)")
        #expect(tally.disagreements.isEmpty, "\(tally.disagreements.prefix(5).joined(separator: "\n"))")
        #expect(ties * 5 > Self.count && open > 0 && open * 2 < tally.pairs)
        #expect(tally.translated * 4 > tally.pairs && tally.dropped > 0)
    }

    /// One packet for each thing that the chains do; no two share a source port, by which the kernel would reuse a mapping.
    private static func packets(_ seed: UInt64) -> [RandomPacket] {
        let ports: [UInt16] = [3478, 53, 5000]
        return ports.enumerated().map { index, port in
            RandomPacket(
                source: IPAddress("10.0.1.2"),
                sourcePort: 20_000 + UInt16(seed % 3000) * 3 + UInt16(index),
                destination: .v4(0xC000_020A),
                destinationPort: port
            )
        }
    }
}
