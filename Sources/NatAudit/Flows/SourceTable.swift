/// Sources and the external port of each, in 12 bytes a place: what a million sources take has to be known.
///
/// A source is its 64-bit hash, drawn anew for each process: that two of a million sources share one has a chance of
/// one in 37 million. Open addressing with linear probing; at most three of four places are taken.
struct SourceTable {
    /// The number of sources that are held; a table of this size has 2^21 places, which is 24 MiB, and 36 MiB while it
    /// grows to that.
    static let limit = 1_500_000

    /// What a flow says of its source.
    enum Answer: Hashable, Sendable {
        /// The source was not known.
        case new
        /// It holds no other port than before, or is known to hold several.
        case known
        /// It holds another port than before, for the first time.
        case another
        /// There is no place for one more source.
        case full
    }

    /// How many sources there are.
    private(set) var count = 0
    private var hashes: [UInt64]
    /// The port, and a bit once another port was seen.
    private var states: [UInt32]
    private let limit: Int

    private static let severalPorts: UInt32 = 1 << 16

    init(limit: Int = Self.limit) {
        self.limit = limit
        hashes = [UInt64](repeating: 0, count: 1024)
        states = [UInt32](repeating: 0, count: 1024)
    }

    /// Notes that a source holds a port.
    mutating func note(_ hash: UInt64, port: UInt16) -> Answer {
        // 0 marks a place that is free.
        let hash = max(hash, 1)
        let place = place(of: hash, in: hashes)
        if hashes[place] == hash {
            let state = states[place]
            if state & Self.severalPorts != 0 || state == UInt32(port) { return .known }
            states[place] = state | Self.severalPorts
            return .another
        }
        guard count < limit else { return .full }
        hashes[place] = hash
        states[place] = UInt32(port)
        count += 1
        if count > hashes.count / 4 * 3 { grow() }
        return .new
    }

    /// Where the hash is, or the free place where it belongs.
    private func place(of hash: UInt64, in hashes: [UInt64]) -> Int {
        let mask = hashes.count - 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while hashes[place] != 0, hashes[place] != hash { place = (place + 1) & mask }
        return place
    }

    private mutating func grow() {
        var larger = [UInt64](repeating: 0, count: hashes.count * 2)
        var moved = [UInt32](repeating: 0, count: hashes.count * 2)
        for (hash, state) in zip(hashes, states) where hash != 0 {
            let place = place(of: hash, in: larger)
            larger[place] = hash
            moved[place] = state
        }
        hashes = larger
        states = moved
    }
}
