internal import CShims

/// A test for membership of an ipset, which the kernel keeps as an index.
///
/// `xt_set_info_match_v0` to `xt_set_info_match_v4` in linux/netfilter/xt_set.h.
public struct XtSetMatch: Hashable, Sendable {
    /// Which side of the packet a field of the set is compared with.
    public enum Side: Hashable, Sendable {
        case source
        case destination
    }

    /// A test of a counter of the element that was found.
    public struct CounterTest: Hashable, Sendable {
        /// The bits IPSET_COUNTER_*: 1 equal, 2 not equal, 3 less, 4 greater.
        public let operation: UInt8
        /// What the counter is compared with.
        public let value: UInt64
    }

    /// The set's index; `XtSetNames` says its name.
    public let index: UInt16
    /// The side for each field of the set, first field first.
    public let sides: [Side]
    /// Tells whether the test is for absence.
    public let isInverted: Bool
    /// An element that is marked `nomatch` counts as found.
    public let countsNomatch: Bool
    /// The element's packet counter; nil where it is not tested.
    public let packets: CounterTest?
    /// The element's byte counter; nil where it is not tested.
    public let bytes: CounterTest?
    /// The bits IPSET_FLAG_* of revisions 3 and 4, which say what a match does to the element's counters.
    public let flags: UInt32

    /// Nil where the set would have more fields than the kernel knows.
    init?(_ match: XtExtension) throws(DecodingError) {
        let structure = match.structure
        index = try structure.u16(NA_SET_INDEX)
        guard match.revision > 0 else {
            // One word per field: IPSET_SRC 1, IPSET_DST 2, IPSET_MATCH_INV 4; a zero ends the list.
            var words: [UInt32] = []
            for field in 0..<Int(IPSET_DIM_MAX.rawValue) {
                let word = try structure.u32(NA_SET0_FLAGS + 4 * field)
                guard word != 0 else { break }
                words.append(word)
            }
            sides = words.map { $0 & 1 != 0 ? .source : .destination }
            isInverted = words.first.map { $0 & 4 != 0 } ?? false
            (countsNomatch, packets, bytes, flags) = (false, nil, nil, 0)
            return
        }
        let dimensions = try structure.u8(NA_SET_DIMENSIONS)
        guard dimensions <= IPSET_DIM_MAX.rawValue else { return nil }
        // IPSET_INV_MATCH in bit 0, "is source" in bit N for field N, IPSET_RETURN_NOMATCH in bit 7
        let bits = try structure.u8(NA_SET_FLAGS)
        sides = (0..<dimensions).map { bits & 2 << $0 != 0 ? .source : .destination }
        isInverted = bits & 1 != 0
        switch match.revision {
        case 3:
            flags = try structure.u32(NA_SET3_OPTIONS)
            packets = try CounterTest(structure, NA_SET3_PACKETS_TEST, NA_SET3_PACKETS)
            bytes = try CounterTest(structure, NA_SET3_BYTES_TEST, NA_SET3_BYTES)
            countsNomatch = flags & UInt32(IPSET_FLAG_RETURN_NOMATCH.rawValue) != 0
        case 4:
            flags = try structure.u32(NA_SET4_OPTIONS)
            packets = try CounterTest(structure, NA_SET4_PACKETS_TEST, NA_SET4_PACKETS)
            bytes = try CounterTest(structure, NA_SET4_BYTES_TEST, NA_SET4_BYTES)
            countsNomatch = flags & UInt32(IPSET_FLAG_RETURN_NOMATCH.rawValue) != 0
        default:
            (countsNomatch, packets, bytes, flags) = (match.revision == 2 && bits & 0x80 != 0, nil, nil, 0)
        }
    }
}

extension XtSetMatch.CounterTest {
    /// Nil where nothing is tested.
    fileprivate init?(_ structure: XtBytes, _ operation: Int, _ value: Int) throws(DecodingError) {
        self.operation = try structure.u8(operation)
        self.value = try structure.u64(value)
        if self.operation == 0 { return nil }
    }

    fileprivate func text(_ name: String) -> String {
        switch operation {
        case 1: " --\(name)-eq \(value)"
        case 2: " ! --\(name)-eq \(value)"
        case 3: " --\(name)-lt \(value)"
        case 4: " --\(name)-gt \(value)"
        default: ""
        }
    }
}

extension XtSetMatch {
    func options(_ names: [UInt16: KernelName]) -> String {
        let set = names[index]?.description ?? "[index \(index)]"
        var text = iptablesOption("--match-set \(set)", inverted: isInverted)
        if !sides.isEmpty {
            text += " " + sides.map { $0 == .source ? "src" : "dst" }.joined(separator: ",")
        }
        if countsNomatch { text += " --return-nomatch" }
        if flags & UInt32(IPSET_FLAG_SKIP_COUNTER_UPDATE.rawValue) != 0 { text += " ! --update-counters" }
        if flags & UInt32(IPSET_FLAG_SKIP_SUBCOUNTER_UPDATE.rawValue) != 0 {
            text += " ! --update-subcounters"
        }
        return text + (packets?.text("packets") ?? "") + (bytes?.text("bytes") ?? "")
    }
}
