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
    /// What the rule is written from when its text is asked for.
    private let source: RuleSource

    /// Makes a rule of its parts and its text.
    public init(
        backend: Backend,
        handle: UInt64?,
        position: Int,
        statements: [Statement],
        comment: [UInt8]?,
        text: String
    ) {
        self.init(
            backend: backend,
            handle: handle,
            position: position,
            statements: statements,
            comment: comment,
            source: .words(text)
        )
    }

    init(
        backend: Backend,
        handle: UInt64?,
        position: Int,
        statements: [Statement],
        comment: [UInt8]?,
        source: RuleSource
    ) {
        self.backend = backend
        self.handle = handle
        self.position = position
        self.statements = statements
        self.comment = comment
        self.source = source
    }

    /// The rule in its backend's own syntax, escaped for display; written anew each time, since few are ever shown.
    public var text: String { source.text }

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
    /// Where the chain sees packets before or behind all chains of IP; nil for any other chain.
    var edge: Edge? { edges.first }
    /// Tells whether the chain's table is switched off.
    public let isDormant: Bool
    /// The rules in the order in which they run; lowered anew each time, unless the chain was made of rules.
    ///
    /// Who asks often asks `Ruleset.rules(of:)`, which remembers them.
    public var rules: [Rule] { contents.rules }
    /// The rules where they are kept in this form; nil where they would have to be lowered.
    var keptRules: [Rule]? { if case .rules(let rules) = contents { rules } else { nil } }
    /// The edge, in a list for the room that it takes where there is none, as in nearly all chains.
    private let edges: [Edge]
    private let contents: ChainContents

    /// Makes a chain of rules.
    public init(place: ChainPlace, hook: Hook?, isDormant: Bool, rules: [Rule]) {
        self.init(place: place, hook: hook, isDormant: isDormant, contents: .rules(rules))
    }

    init(place: ChainPlace, hook: Hook?, edge: Edge? = nil, isDormant: Bool, contents: ChainContents) {
        self.place = place
        self.hook = hook
        edges = edge.map { [$0] } ?? []
        self.isDormant = isDormant
        self.contents = contents
    }

    /// How many rules it has.
    var count: Int { contents.count }

    /// Tells whether its rules are known; else it seems to have none.
    var isRead: Bool { if case .unread = contents { false } else { true } }

    /// Wants the rules, where they were not read, for the next reading.
    func want() {
        guard case .unread(let demand) = contents else { return }
        demand.want(chain: place.chain, of: place.table, place.family)
    }

    /// The same chain, with its rules kept in their one form.
    var kept: Chain {
        isRead ? Chain(place: place, hook: hook, edge: edge, isDormant: isDormant, contents: .rules(rules)) : self
    }

    /// The same chain with more rules at its end.
    func appending(_ more: [Rule]) -> Chain {
        Chain(place: place, hook: hook, edge: edge, isDormant: isDormant, contents: .rules(rules + more))
    }

    /// Tells whether a packet that reaches the end of the base chain is dropped.
    var dropsByPolicy: Bool { hook?.dropsByPolicy ?? edge?.dropsByPolicy ?? false }

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
