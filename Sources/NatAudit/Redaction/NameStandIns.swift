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

    /// The text with every name replaced that stands between other signs than letters and digits, in upper or lower case.
    func replacing(_ text: [UInt8]) -> [UInt8] {
        words.reduce(text) { Self.replacing($1.original, by: $1.standIn, in: $0) }
    }

    private static func replacing(_ original: [UInt8], by standIn: [UInt8], in text: [UInt8]) -> [UInt8] {
        guard text.count >= original.count else { return text }
        var result: [UInt8] = []
        var position = 0
        while position < text.count {
            let end = position + original.count
            if end <= text.count, zip(text[position..<end], original).allSatisfy({ $0.lowercased == $1.lowercased }),
                position == 0 || !text[position - 1].isWordCharacter || !original[0].isWordCharacter,
                end == text.count || !text[end].isWordCharacter || !original[original.count - 1].isWordCharacter
            {
                result += standIn
                position = end
            } else {
                result.append(text[position])
                position += 1
            }
        }
        return result
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
