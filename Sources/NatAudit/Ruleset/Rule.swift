public import NetlinkBridge

/// A rule of any backend in one form: conditions and steps in the kernel's order.
public struct Rule: Hashable, Sendable {
    /// The way in which the rule was written.
    public let backend: Backend
    /// The kernel's number for the rule; nil for legacy rules, which have none.
    public let handle: UInt64?
    /// The rule's place in its chain, from 1.
    public let position: Int
    /// What the rule does.
    public let statements: [Statement]
    /// The rule's comment, not escaped; nil where there is none.
    public let comment: [UInt8]?
    /// The rule in its backend's own syntax, escaped for display.
    public let text: String

    /// The source translation that the rule makes; nil where it makes none.
    public var sourceTranslation: SourceTranslation? {
        for case .translateSource(let translation) in statements { return translation }
        return nil
    }
}

/// A chain of any backend.
public struct Chain: Hashable, Sendable {
    /// Where the chain is kept.
    public let place: ChainPlace
    /// Where the chain is hooked in; nil where it is only jumped to.
    public let hook: Hook?
    /// Tells whether the chain's table is switched off.
    public let isDormant: Bool
    /// The rules in the order in which they run.
    public let rules: [Rule]

    /// Where a base chain sits.
    public struct Hook: Hashable, Sendable {
        /// The hook.
        public let hook: NetfilterHook
        /// The priority among the chains of that hook; lower runs earlier.
        public let priority: Int32
        /// Tells whether the chain is of type nat, so that only the first packet of a flow meets it.
        public let isNAT: Bool
        /// Tells whether a packet that reaches the chain's end is dropped.
        public let dropsByPolicy: Bool
        /// Tells whether the way is looked for again where the chain changed what it depends on (type route, and the
        /// legacy mangle table at output).
        public var reroutes = false
    }
}
