internal import CShims

/// One entry of a table's blob, before jumps have names: `ipt_entry` or `ip6t_entry` with matches and target.
///
/// It lives while the table is cut into chains; rules keep the packed bytes.
struct LegacyEntry {
    /// Where the entry begins, counted from the first entry.
    let offset: Int
    /// Where the next one begins.
    let end: Int
    let isGoto: Bool
    let hasMatches: Bool
    let target: XtExtension
    let counters: LegacyCounters
    /// Where its bytes lie in the blob.
    let range: Range<Int>

    /// The verdict of a standard target: an offset to go to, or a negative number; nil for another target.
    func verdict() throws(DecodingError) -> Int32? {
        target.name.isEmpty ? try target.structure.i32(NA_STANDARD_VERDICT) : nil
    }

    /// The name of the chain that begins behind this entry; nil for an entry that is a rule.
    func chainName() throws(DecodingError) -> KernelName? {
        guard target.name == "ERROR" else { return nil }
        return try target.structure.name(0, NA_ERROR_NAME_LENGTH)
    }

    /// The entry that begins at `offset` of the table, whose first byte is byte `base` of the blob.
    init(_ blob: XtBytes, base: Int, offset: Int, family: AddressFamily) throws(DecodingError) {
        let layout = family == .ip ? LegacyEntryLayout.v4 : LegacyEntryLayout.v6
        // `offset` is below the blob's length, and so is every sum with a constant or a 16-bit field.
        let start = base + offset
        let targetOffset = Int(try blob.u16(start + layout.targetOffset))
        let length = Int(try blob.u16(start + layout.nextOffset))
        guard targetOffset >= layout.size, length >= targetOffset + NA_EXTENSION_SIZE else {
            throw DecodingError(what: "an entry whose target lies inside it", offset: start)
        }
        _ = try blob.slice(start, length)
        hasMatches = try !Self.matches(blob, start, layout.size..<targetOffset).isEmpty
        let limit = length - targetOffset
        self.target = try Self.extension(blob, start + targetOffset, limit: limit).0
        self.offset = offset
        self.end = offset + length
        _ = try LegacyCondition(blob, at: start, layout, family)
        isGoto = try blob.u8(start + layout.flags) & layout.gotoFlag != 0
        counters = LegacyCounters(
            packets: try blob.u64(start + layout.counters + NA_COUNTERS_PACKETS),
            bytes: try blob.u64(start + layout.counters + NA_COUNTERS_BYTES)
        )
        range = start..<(start + length)
    }

    /// What an entry consists of.
    struct Parts {
        let condition: LegacyCondition
        let matches: [XtExtension]
        let target: XtExtension
    }

    /// The parts of an entry, decoded again from its bytes.
    static func parts(of packed: PackedBytes, family: AddressFamily) throws(DecodingError) -> Parts {
        let layout = family == .ip ? LegacyEntryLayout.v4 : LegacyEntryLayout.v6
        let blob = XtBytes(packed.unpacked, "an entry")
        let targetOffset = Int(try blob.u16(layout.targetOffset))
        guard targetOffset >= layout.size else {
            throw DecodingError(what: "an entry whose target lies inside it", offset: 0)
        }
        return Parts(
            condition: try LegacyCondition(blob, at: 0, layout, family),
            matches: try matches(blob, 0, layout.size..<targetOffset),
            target: try Self.extension(blob, targetOffset, limit: blob.bytes.count - targetOffset).0
        )
    }

    private static func matches(
        _ blob: XtBytes,
        _ start: Int,
        _ range: Range<Int>
    ) throws(DecodingError) -> [XtExtension] {
        var matches: [XtExtension] = []
        var place = range.lowerBound
        while place < range.upperBound {
            let (match, size) = try Self.extension(blob, start + place, limit: range.upperBound - place)
            matches.append(match)
            place += size
        }
        return matches
    }

    /// A match or target and its size, which is at least that of the header and at most `limit`.
    private static func `extension`(
        _ blob: XtBytes,
        _ place: Int,
        limit: Int
    ) throws(DecodingError) -> (XtExtension, Int) {
        let size = Int(try blob.u16(place + NA_EXTENSION_LENGTH))
        guard size >= NA_EXTENSION_SIZE, size <= limit else {
            throw DecodingError(
                what: "a match or target of \(NA_EXTENSION_SIZE) to \(limit) bytes",
                offset: place
            )
        }
        let value = XtExtension(
            name: try blob.name(place + NA_EXTENSION_NAME, NA_EXTENSION_NAME_LENGTH),
            revision: try blob.u8(place + NA_EXTENSION_REVISION),
            data: Array(try blob.slice(place + NA_EXTENSION_SIZE, size - NA_EXTENSION_SIZE))
        )
        return (value, size)
    }
}
