internal import NetlinkBridge

/// A rule of a planned chain.
public struct PlannedRule: Hashable, Sendable {
    /// What it does.
    public let statements: [Statement]
    /// A comment that stays with the rule in the kernel; nil for none.
    public let comment: String?
    /// How it is written, where the statements say less than that; nil where they say it all.
    let written: Written?

    /// Instructions of the kernel, and how nft prints them.
    struct Written: Hashable, Sendable {
        let expressions: [NftExpression]
        let text: String

        /// Other registers may hold the same values: what is printed alike does the same.
        static func == (left: Written, right: Written) -> Bool { left.text == right.text }

        func hash(into hasher: inout Hasher) { hasher.combine(text) }
    }

    /// Makes a rule of statements.
    public init(statements: [Statement], comment: String?) {
        self.statements = statements
        self.comment = comment
        written = nil
    }

    /// Makes a rule of instructions, which may ask the sets.
    init(_ expressions: [NftExpression], _ family: NftFamily, sets: [PlannedSet]) {
        let asked = { (name: KernelName) in
            sets.first { $0.name == name }.map { NftSet($0.declaration, family: family, table: PlannedTable.name) }
        }
        let lowered = NftLowering(expressions, family, sets: asked)
        statements = lowered.statements
        comment = nil
        written = Written(
            expressions: expressions,
            text: NftText(family: family, sets: asked).text(of: lowered.statements, phrases: lowered.phrases)
        )
    }
}

extension PlannedRule {
    /// TCP and everything else keep what they have: only UDP needs a mapping that holds for every peer.
    static let sparingAllButUDP = PlannedRule(
        statements: [.match(.compare(.meta(.transport), .notEqual, [Packet.udp])), .verdict(.accept)],
        comment: nil
    )
}
