import NatAudit
import NetlinkBridge

/// A rule that a thread moves from one table to the other and back, each time in one commit.
struct MovingRule {
    static let tables: [String] = ["left", "right"]
    private let churn: RulesetChurn

    /// Begins, with so many microseconds between two moves.
    init(in host: LabHost, pause: UInt32) throws {
        try host.require("nft", "-f", "-", input: "table ip right { chain post { masquerade random; }; }")
        churn = try RulesetChurn(in: host.namespace, pause: pause) { Self.move(toLeft: $0.isMultiple(of: 2)) }
    }

    /// Ends it, and tells how often the rule was moved.
    func stop() throws -> Int { try churn.stop() }

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
}
