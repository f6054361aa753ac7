import Testing

/// A translation that a host may have.
enum Design: String, Sendable, CustomTestStringConvertible {
    /// `masquerade`, which keeps ports where it can.
    case plain
    /// `masquerade fully-random`: a hard NAT.
    case fullyRandom
    /// The table with endpoint-independent mapping (RFC 4787 REQ-1) under collisions and when peers send first.
    case easy

    var testDescription: String { rawValue }
}

/// What a case saw, and whether that is what an application may rely on.
struct Observation: Sendable, CustomStringConvertible {
    let holds: Bool
    let words: String

    init(_ holds: Bool, _ words: String) {
        self.holds = holds
        self.words = words
    }

    var description: String { "\(holds ? "holds" : "does not hold"): \(words)" }
}

/// The one port that all destinations saw; nil where one saw nothing, or two saw different ones.
func steady(_ ports: [UInt16?]) -> UInt16? { Set(ports).count == 1 ? ports[0] : nil }

/// Ports as a reader wants them, with a dash for what was lost.
func shown(_ ports: [UInt16?]) -> String { ports.map { $0.map { "\($0)" } ?? "-" }.joined(separator: " ") }
