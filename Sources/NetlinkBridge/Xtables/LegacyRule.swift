/// A rule of a legacy table.
///
/// A node may have a hundred thousand of them: what is in a rule is kept as the kernel handed it out, packed, and is
/// decoded whenever it is asked for.
public struct LegacyRule: Hashable, Sendable {
    /// The family of the table.
    public let family: AddressFamily
    /// The place in its chain, from 1 as iptables counts.
    public let position: Int
    /// What passed so far.
    public let counters: LegacyCounters
    /// The verdict or jump; nil for a target with a structure of its own.
    let verdict: LegacyTarget?
    /// The entry as the kernel holds it.
    var entry: PackedBytes

    /// What is done with a packet that passes.
    public var target: LegacyTarget { verdict ?? parts.target }

    /// What the packet's headers and devices have to be.
    public var condition: LegacyCondition { parts.condition }

    /// The matches, in the order in which the kernel asks them.
    public var matches: [XtExtension] { parts.matches }

    /// The condition, the matches and the target, decoded once.
    public var parts: (condition: LegacyCondition, matches: [XtExtension], target: LegacyTarget) {
        if let parts = try? LegacyEntry.parts(of: entry, family: family) {
            return (parts.condition, parts.matches, verdict ?? .extension(parts.target))
        }
        // What was decoded when the table was read cannot fail to be decoded again; if it did, nothing would be certain.
        let unreadable = XtExtension(name: "unreadable", revision: 0, data: [])
        return (LegacyCondition(anyOf: family), [unreadable], .extension(unreadable))
    }

    /// The matches, decoded as far as they are known.
    public var decodedMatches: [XtMatch] { matches.map { XtMatch($0, family: family) } }

    /// The target where it is an extension, decoded as far as it is known; nil for verdicts and jumps.
    public var decodedTarget: XtTarget? {
        if case .extension(let target) = target { XtTarget(target, family: family) } else { nil }
    }

    /// The first comment; nil where the rule has none.
    public var comment: KernelName? {
        for case .comment(let text) in decodedMatches { return text }
        return nil
    }

    /// The rule as iptables-save writes it, without `-A CHAIN`; see `XtMatch.iptablesText(setNames:)`.
    public func iptablesText(setNames: [UInt16: KernelName] = [:]) -> String {
        let (condition, matches, _) = parts
        let matchText = matches.map { " " + XtMatch($0, family: family).iptablesText(setNames: setNames) }.joined()
        let targetText = decodedTarget.map { " " + $0.iptablesText } ?? target.iptablesText
        return String((condition.iptablesText + matchText + targetText).dropFirst())
    }

    /// The rule as iptables-save writes it, with indexes for the names of sets.
    public var iptablesText: String { iptablesText() }
}

/// Packets and bytes.
public struct LegacyCounters: Hashable, Sendable {
    /// The number of packets.
    public let packets: UInt64
    /// Their bytes, IP headers included.
    public let bytes: UInt64
}

/// What a rule of a legacy table does with a packet.
public enum LegacyTarget: Hashable, Sendable {
    case accept
    case drop
    /// Back to the rule after the jump; in a built-in chain, the policy.
    case `return`
    /// To a program of user space.
    case queue
    case jump(KernelName)
    /// Like a jump, but the way back leads to the caller's caller.
    case goto(KernelName)
    /// No target: the rule only counts.
    case `fallthrough`
    /// A target with a structure of its own, see `XtTarget`.
    case `extension`(XtExtension)
}

extension LegacyTarget {
    /// The verdict or jump as iptables-save writes it, with a space before it.
    fileprivate var iptablesText: String {
        switch self {
        case .accept: " -j ACCEPT"
        case .drop: " -j DROP"
        case .return: " -j RETURN"
        case .queue: " -j QUEUE"
        case .jump(let chain): " -j \(chain)"
        case .goto(let chain): " -g \(chain)"
        case .fallthrough: ""
        case .extension(let target): " -j \(target.name)"
        }
    }
}
