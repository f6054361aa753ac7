internal import CShims

/// The tables of legacy iptables, and the matches and targets that nf_tables has of them.
extension LogRewriter {
    /// Rewrites a table: what `IPT_SO_GET_INFO` said, and behind it what `IPT_SO_GET_ENTRIES` did.
    mutating func legacyTable(_ range: Range<Int>, _ family: AddressFamily) throws(DecodingError) {
        let layout = family == .ip ? LegacyEntryLayout.v4 : LegacyEntryLayout.v6
        var start = range.lowerBound + NA_GETINFO_SIZE + NA_GET_ENTRIES_TABLE
        while start < range.upperBound {
            let blob = XtBytes(Array(bytes[start..<range.upperBound]), "an entry")
            let target = Int(try blob.u16(layout.targetOffset))
            let length = Int(try blob.u16(layout.nextOffset))
            guard target >= layout.size, length >= target + NA_EXTENSION_SIZE, length <= blob.bytes.count else {
                throw DecodingError(what: "an entry of a wrong length (\(length))", offset: start)
            }
            try legacyEntry(start..<(start + length), layout, target: target, family)
            start += length
        }
    }

    private mutating func legacyEntry(
        _ range: Range<Int>,
        _ layout: LegacyEntryLayout,
        target: Int,
        _ family: AddressFamily
    ) throws(DecodingError) {
        let (start, width) = (range.lowerBound, family.bitWidth / 8)
        func field(_ offset: Int, _ count: Int) -> Range<Int> { (start + offset)..<(start + offset + count) }
        masked(at: field(layout.source.address, width), mask: field(layout.source.mask, width))
        masked(at: field(layout.destination.address, width), mask: field(layout.destination.mask, width))
        name(at: field(layout.input.name, 16))
        name(at: field(layout.output.name, 16))
        var place = start + layout.size
        while place < start + target { place += try legacyExtension(place..<(start + target), family, isTarget: false) }
        _ = try legacyExtension((start + target)..<range.upperBound, family, isTarget: true)
    }

    /// Rewrites a match or a target at the beginning of a range; returns how long it is.
    private mutating func legacyExtension(
        _ range: Range<Int>,
        _ family: AddressFamily,
        isTarget: Bool
    ) throws(DecodingError) -> Int {
        let blob = XtBytes(Array(bytes[range]), "a match or target")
        let size = Int(try blob.u16(NA_EXTENSION_LENGTH))
        guard size >= NA_EXTENSION_SIZE, size <= range.count else {
            throw DecodingError(what: "a match or target of a wrong length (\(size))", offset: range.lowerBound)
        }
        let name = try blob.name(NA_EXTENSION_NAME, NA_EXTENSION_NAME_LENGTH)
        let data = (range.lowerBound + NA_EXTENSION_SIZE)..<(range.lowerBound + size)
        if isTarget, name == "ERROR" {
            // The name of a chain; the end of the table has one too.
            self.name(at: data)
        } else if !isTarget || !name.isEmpty {
            xtExtension(name, try blob.u8(NA_EXTENSION_REVISION), data, family, isTarget: isTarget)
        }
        return size
    }

    /// Rewrites the structure of a match or target; one that is not understood is blanked, for nothing rests on it.
    mutating func xtExtension(
        _ name: KernelName,
        _ revision: UInt8,
        _ data: Range<Int>,
        _ family: AddressFamily,
        isTarget: Bool
    ) {
        let xt = XtExtension(name: name, revision: revision, data: Array(bytes[data]))
        let isKnown =
            isTarget
            ? XtTarget(xt, family: family).isDecoded
            : XtMatch(xt, family: family).isDecoded || XtMinorMatch(xt) != nil
        guard isKnown else { return blank(data) }
        for field in XtField.all(of: name, revision, family) {
            func place(_ offset: Int, _ count: Int) -> Range<Int> {
                let start = min(data.lowerBound + offset, data.upperBound)
                return start..<min(start + count, data.upperBound)
            }
            let width = family.bitWidth / 8
            switch field {
            case .masked(let address, let mask): masked(at: place(address, width), mask: place(mask, width))
            case .span(let first, let last): span(place(first, width), place(last, width))
            case .address(let offset): address(at: place(offset, width))
            case .hardware(let offset): put(rewriting.hardware(Array(bytes[place(offset, 6)])), at: place(offset, 6))
            case .name(let offset, let count): self.name(at: place(offset, count))
            case .freeText(let offset, let count): freeText(at: place(offset, count))
            }
        }
    }
}
