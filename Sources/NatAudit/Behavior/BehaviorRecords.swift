internal import NetlinkBridge

/// What the tests beside the mapping heard; nil where a test was not asked for.
public struct BehaviorRecords: Hashable, Sendable {
    /// Where all servers saw a second socket; nil where the first one showed nothing that had to be confirmed.
    public var confirmation: MappingSample?
    /// The filtering and inbound-first test, with the last server that it was made with.
    public var filtering: Result<FilteringRecord, Untested>?
    /// The collision test.
    public var collision: Result<CollisionRecord, Untested>?
    /// The hairpin test.
    public var hairpin: Result<HairpinRecord, Untested>?
    /// The binding lifetime test.
    public var lifetime: Result<LifetimeRecord, Untested>?

    /// Nothing was tested.
    public init() {}

    /// How the path filters, or why that is not known; nil where it was not asked for.
    var filteringResult: Result<FilteringBehavior, Untested>? { filtering.map { $0.flatMap(\.filtering) } }

    /// Whether the mapping stays when a peer sends first, or why that is not known; nil where it was not asked for.
    var inboundFirstResult: Result<Bool, Untested>? { filtering.map { $0.flatMap(\.inboundFirst) } }

    /// Whether the mapping stays when two inside addresses use one port, or why that is not known; nil where it was not asked
    /// for.
    var collisionResult: Result<Bool, Untested>? { collision.map { $0.flatMap(\.holds) } }

    /// Whether inside sockets reach each other by their external addresses, or why that is not known; nil where it was not asked
    /// for.
    var hairpinResult: Result<Bool, Untested>? { hairpin.map { $0.flatMap(\.isSupported) } }

    /// The two conditions under which an easy mapping breaks; a collision may have been seen by chance.
    func holds(byChance hasCollided: Bool) -> Holds {
        Holds(
            collision: hasCollided ? .no : Holds.Answer(collisionResult),
            inboundFirst: Holds.Answer(inboundFirstResult)
        )
    }
}

extension Holds.Answer {
    /// The answer that a test gives.
    fileprivate init(_ result: Result<Bool, Untested>?) {
        switch result {
        case .success(true): self = .yes
        case .success(false): self = .no
        case .failure, nil: self = .untested
        }
    }
}
