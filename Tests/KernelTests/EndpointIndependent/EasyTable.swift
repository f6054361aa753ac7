import NatAudit

/// How the table of endpoint-independent mapping is loaded for a case.
struct EasyTable {
    /// A part that can be taken out, to see what it is for.
    enum Part: String, Sendable {
        case keep, stuck, reserved, pinned, guarding, deletion
    }

    /// The links to the outside.
    var outward = ["wan"]
    /// How much it holds; cases about its end want less than usual.
    var limits = MappingLimits()
    /// What is taken out.
    var omitted: Part?
}
