/// What can be asked about a NAT beside how it maps one socket.
public enum BehaviorTest: String, Hashable, Sendable, CaseIterable {
    /// How one socket is mapped for several destinations (RFC 5780 section 4.3); always part of a probe.
    case mapping
    /// From whom a mapped socket can be reached (RFC 5780 section 4.4).
    case filtering
    /// Whether the mapping stays when a peer's packet comes before this side has sent to that peer.
    case inboundFirst = "inbound-first"
    /// Whether the mapping stays when another inside host uses the same source port.
    case collision
    /// Whether one inside socket reaches another by its external address (RFC 4787 section 6).
    case hairpin
    /// How long a mapping lives without traffic (RFC 5780 section 4.6).
    case lifetime

    /// What a probe tests where nobody says otherwise: all that takes a second or less.
    public static let usual: Set<BehaviorTest> = [.mapping, .filtering, .inboundFirst, .collision]
}

/// Why a test has no result.
public struct Untested: Error, Hashable, Sendable, CustomStringConvertible {
    /// One clause.
    public let description: String

    /// Gives the reason.
    public init(_ reason: String) { description = reason }
}
