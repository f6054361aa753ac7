/// Other names for the names in one report, numbered by kind: each original has the same one wherever it stands.
struct NameStandIns {
    private var words: [(original: [UInt8], standIn: [UInt8])] = []
    private var counts: [String: Int] = [:]

    /// The stand-in of a name: the one that it has, or the next of its kind.
    ///
    /// `everywhere` also replaces it where it stands in other texts.
    mutating func add(_ original: String, kind: String, everywhere: Bool) -> String {
        if let known = words.first(where: { $0.original == Array(original.utf8) }) {
            return String(decoding: known.standIn, as: UTF8.self)
        }
        let number = (counts[kind] ?? 0) + 1
        counts[kind] = number
        let standIn = "\(kind)-\(number)"
        if everywhere { add(original, standIn: standIn) }
        return standIn
    }

    /// Replaces a phrase by another one everywhere.
    mutating func add(_ original: String, standIn: String) {
        guard !original.isEmpty, original != standIn else { return }
        words.append((Array(original.utf8), Array(standIn.utf8)))
        // What holds another name is replaced before that one.
        words.sort { $0.original.count > $1.original.count }
    }

    /// The text with every name replaced by its stand-in; see `ranges(of:in:)`.
    func replacing(_ text: [UInt8]) -> [UInt8] {
        words.reduce(text) { Self.replacing($1.original, by: $1.standIn, in: $0) }
    }

    private static func replacing(_ original: [UInt8], by standIn: [UInt8], in text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        for range in ranges(of: original, in: text) {
            result += text[position..<range.lowerBound] + standIn
            position = range.upperBound
        }
        return result + text[position...]
    }

    /// Where a name stands between other signs than letters and digits, in upper or lower case.
    static func ranges(of name: [UInt8], in text: [UInt8]) -> [Range<Int>] {
        guard let first = name.first, let last = name.last, text.count >= name.count else { return [] }
        var ranges: [Range<Int>] = []
        var position = 0
        while position + name.count <= text.count {
            let end = position + name.count
            if zip(text[position..<end], name).allSatisfy({ $0.lowercased == $1.lowercased }),
                position == 0 || !text[position - 1].isWordCharacter || !first.isWordCharacter,
                end == text.count || !text[end].isWordCharacter || !last.isWordCharacter
            {
                ranges.append(position..<end)
                position = end
            } else {
                position += 1
            }
        }
        return ranges
    }

    /// Tells whether a name is more than a word that a report has anyway, so that it can be told from its other text.
    static func isTelling(_ name: String) -> Bool {
        !name.allSatisfy(\.isLetter) || name.count >= 5 && !ordinary.contains(name.lowercased())
    }

    /// Words of five letters and more that are names of hosts now and then, and words of reports.
    private static let ordinary: Set<String> = [
        "gateway", "router", "server", "client", "docker", "iptables", "nftables", "masquerade", "local", "localhost",
        "elsewhere", "filter", "mangle", "firewall", "bridge", "upstream", "forward", "forwarding", "postrouting",
        "prerouting", "input", "output", "accept", "table", "chain", "socket", "address", "source", "random", "linux",
    ]
}

extension UInt8 {
    fileprivate var isWordCharacter: Bool {
        (48...57).contains(self) || (65...90).contains(self) || (97...122).contains(self) || self >= 0x80
    }

    fileprivate var lowercased: UInt8 { (65...90).contains(self) ? self + 32 : self }
}
