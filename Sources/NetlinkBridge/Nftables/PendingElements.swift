internal import Synchronization

/// Elements of a map that are read when they are first asked for.
///
/// To find a set the kernel goes through all sets of its table, so that the thousands of maps by which a large node chooses
/// between endpoints take longer to read than all rules; a packet of the paths meets few of them.
final class PendingElements: Sendable {
    private let set: NftRuleset.SetPlace
    private let read: @Sendable (NftRuleset.SetPlace) -> [NftSet.Element]?
    private let state = Mutex(State.pending)

    private enum State {
        case pending
        case read([NftSet.Element])
        case lost
    }

    /// Elements of a set; `read` reads them, or cannot.
    init(of set: NftRuleset.SetPlace, _ read: @escaping @Sendable (NftRuleset.SetPlace) -> [NftSet.Element]?) {
        self.set = set
        self.read = read
    }

    /// The elements; nil where the ruleset has changed since it was read, or they cannot be read.
    var elements: [NftSet.Element]? {
        state.withLock { state in
            if case .pending = state { state = read(set).map(State.read) ?? .lost }
            if case .read(let elements) = state { return elements }
            return nil
        }
    }

    /// Reads sets of the namespace in which it was made, as long as its ruleset stays as it was.
    final class Source: Sendable {
        private let reader: Mutex<NftablesReader>
        private let generation: Generation

        /// Opens a socket in the calling thread's namespace.
        init(_ generation: Generation) throws(SystemError) {
            reader = Mutex(try NftablesReader())
            self.generation = generation
        }

        func elements(of set: NftRuleset.SetPlace) -> [NftSet.Element]? {
            reader.withLock { reader in
                guard let elements = try? reader.elements(of: set), let now = try? reader.generation(),
                    now == generation
                else { return nil }
                return elements
            }
        }
    }
}

extension PendingElements: Hashable {
    /// Elements that are not read yet are those of one reading.
    static func == (left: PendingElements, right: PendingElements) -> Bool { left === right }

    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
