public import NetlinkBridge

/// Limits how many answers a second go to one neighbourhood of addresses, /24 or /56, in a table of fixed size.
///
/// A forged source makes a server a reflector: what it sends to one network is kept small, however many ask. The table
/// never grows. Where it is full, the neighbourhood gives way that has used least of its share, so that a flood from
/// everywhere forgets nobody who is over the limit.
public struct SourceLimiter: Sendable {
    /// The answers a second to one neighbourhood, in the long run.
    public let rate: Int

    /// Nanoseconds for each answer.
    private let interval: UInt64
    /// How far one may be ahead of that, in nanoseconds.
    private let tolerance: UInt64
    /// Nobody outside can know which neighbourhoods share a place.
    private let seed: UInt64
    private var entries: [Entry]

    /// A neighbourhood, and until when it has used up its share (the theoretical arrival time of the generic cell rate
    /// algorithm, ITU-T I.371).
    private struct Entry {
        var neighbourhood: UInt64
        var used: UInt64
    }

    /// How many neighbourhoods are remembered.
    public static let capacity = 1 << 16
    /// How many seconds' worth of answers may go at once.
    public static let burstSeconds = 5
    /// How many places a neighbourhood may have.
    private static let ways = 8

    /// Makes a limiter that has seen nobody.
    ///
    /// - Parameters:
    ///   - rate: answers a second, at least 1 and at most 1,000,000,000.
    ///   - generator: where the seed comes from; another than the system's is for tests.
    public init(rate: Int, using generator: inout some RandomNumberGenerator) {
        self.rate = min(max(rate, 1), 1_000_000_000)
        interval = 1_000_000_000 / UInt64(self.rate)
        tolerance = interval * (UInt64(self.rate * Self.burstSeconds) - 1)
        seed = generator.next()
        entries = [Entry](repeating: Entry(neighbourhood: Self.nobody, used: 0), count: Self.capacity)
    }

    /// Tells whether an answer to that address is within the limit, and counts it where it is.
    ///
    /// - Parameters:
    ///   - source: who is to be answered.
    ///   - now: nanoseconds since any moment, never less than before.
    /// - Returns: whether to answer.
    public mutating func admits(_ source: IPAddress, at now: UInt64) -> Bool {
        let neighbourhood = Self.number(of: source)
        let index = place(of: neighbourhood)
        let used = entries[index].neighbourhood == neighbourhood ? max(entries[index].used, now) : now
        guard used - now <= tolerance else { return false }
        entries[index] = Entry(neighbourhood: neighbourhood, used: used + interval)
        return true
    }

    /// Where the neighbourhood stands, or where it is to be put: in place of the one that is least ahead.
    private func place(of neighbourhood: UInt64) -> Int {
        let mixed = (neighbourhood ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        let first = Int((mixed.high ^ mixed.low) % UInt64(Self.capacity / Self.ways)) * Self.ways
        var idlest = first
        for index in first..<first + Self.ways {
            if entries[index].neighbourhood == neighbourhood { return index }
            if entries[index].used < entries[idlest].used { idlest = index }
        }
        return idlest
    }

    /// The neighbourhood of an address, as one counts.
    public static func neighbourhood(of address: IPAddress) -> Prefix {
        Prefix(address, length: address.family == .ip ? 24 : 56) ?? Prefix(host: address)
    }

    /// A number for each neighbourhood: the families never meet, for IPv6 ends with 0 here.
    private static func number(of address: IPAddress) -> UInt64 {
        switch address {
        case .v4(let value): UInt64(value >> 8) << 8 | 1
        case .v6(let high, _): high & ~0xFF
        }
    }

    /// No neighbourhood's number.
    private static let nobody: UInt64 = 2
}
