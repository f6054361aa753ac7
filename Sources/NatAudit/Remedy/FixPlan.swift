public import NetlinkBridge

/// What `fix` would change, as values: nothing here acts.
public struct FixPlan: Hashable, Sendable {
    /// The generation of nf_tables on which it was planned; it is applied to no other.
    public let generation: Generation
    /// The tables to make, one for each family.
    public let tables: [PlannedTable]
    /// The kernel parameters to set, in this order; empty where forwarding is on, or not needed.
    public let parameters: [PlannedParameter]
    /// The rules that are overtaken; they stay as they are.
    public let overtaken: [SourceNATRule]
    /// The outward interfaces that are guarded.
    public let guarded: [InputPath.Outward]
    /// The addresses that the fixed paths present, by which their flows are told; empty where none are to be moved.
    public let presented: Set<IPAddress>
    /// The addresses that nothing presented before, so that their flows end with the table; empty but for a NAT instance.
    public let instanceAddresses: Set<IPAddress>
    /// The sources whose flows went out untranslated; empty where none are to be moved.
    ///
    /// Only those that nobody answered are.
    public internal(set) var untranslated: [Prefix] = []
    /// What the mappings hold from the beginning.
    var seeds = MappingSeeds()
    /// The sources of a NAT instance, which nothing else translates; empty for any other plan.
    public internal(set) var instanceSources: [Prefix] = []
    /// Rules at the end of other owners' chains; empty but for a NAT instance.
    public internal(set) var passages: [PlannedPassage] = []
    /// What a person should know beside the steps.
    public let notes: [String]
    /// After how many seconds the kernel takes the tables back by itself; nil where they stay.
    public internal(set) var trial: Int?

    /// The families in which a table of nataudit's gives way to the new one, in the same batch.
    public var replaced: [NftFamily] = []

    /// Tells whether there was no translation before.
    public var isNATInstance: Bool { !instanceAddresses.isEmpty }

    /// Tells whether another plan, made on whatever rules, would make the same changes of nf_tables and parameters.
    func changesTheSame(as other: FixPlan) -> Bool {
        tables == other.tables && replaced == other.replaced && parameters == other.parameters
            && passages == other.passages
    }

    /// Tells whether there is nothing to do.
    public var isEmpty: Bool { tables.isEmpty && parameters.isEmpty }

    /// The changes that fill the mappings.
    var seedings: [NftCommand] {
        tables.flatMap { table in table.mappings.flatMap { seeds.commands($0, in: table.family) } }
    }

    /// The changes of nf_tables, in their order.
    public func commands() throws -> [NftCommand] {
        replaced.map { .deleteTable($0, PlannedTable.name) }
            + (try tables.flatMap { try $0.commands(isOwned: trial != nil) })
            + seedings
            + (try passages.flatMap { try $0.commands() })
    }

    /// The changes of nf_tables, all in one batch.
    public func batch() throws -> NftBatch { try NftBatch(commands(), plannedOn: generation) }
}
