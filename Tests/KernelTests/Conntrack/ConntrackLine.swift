import NetlinkBridge

/// One line of `conntrack -L -o extended,id`, taken apart into what both sides can be compared by.
struct ConntrackLine: Hashable, CustomStringConvertible {
    let description: String

    /// A line such as `ipv4 2 udp 17 29 src=... dst=... [UNREPLIED] src=... mark=0 use=1 id=7`.
    init(printed line: String) {
        let words = line.split(separator: " ").map(String.init)
        // The timeout counts down between two readings, and the number of users changes.
        let kept = words.dropFirst(3).filter { word in
            word.contains("=") && !word.hasPrefix("use=") || word == "[UNREPLIED]" || word == "[ASSURED]"
        }
        let zone = kept.contains { $0.hasPrefix("zone=") } ? [] : ["zone=0"]
        description = ([words[3]] + (kept + zone).sortedWithinEntry).joined(separator: " ")
    }

    /// The same line, made of an entry that was read.
    init(read entry: ConntrackEntry) {
        var words = Self.words(entry.original)
        if !entry.status.contains(.seenReply) { words.append("[UNREPLIED]") }
        words += Self.words(entry.reply)
        if entry.status.contains(.assured) { words.append("[ASSURED]") }
        words += ["mark=\(entry.mark)", "zone=\(entry.zone)", "id=\(entry.id)"]
        description = (["\(entry.original.protocolNumber)"] + words.sortedWithinEntry).joined(separator: " ")
    }

    private static func words(_ tuple: ConntrackTuple) -> [String] {
        let addresses = ["src=\(tuple.source.address)", "dst=\(tuple.destination.address)"]
        if let icmp = tuple.icmp {
            return addresses + ["type=\(icmp.type)", "code=\(icmp.code)", "id=\(icmp.identifier)"]
        }
        return addresses + ["sport=\(tuple.source.port)", "dport=\(tuple.destination.port)"]
    }
}

extension [String] {
    /// The tuples in their order, then the entry's own words in order of the alphabet: conntrack(8) places
    /// `[ASSURED]`, mark and zone differently from version to version.
    fileprivate var sortedWithinEntry: [String] {
        let isOfTuple = { (word: String) in
            ["src=", "dst=", "sport=", "dport=", "type=", "code="].contains { word.hasPrefix($0) }
        }
        return filter(isOfTuple) + filter { !isOfTuple($0) }.sorted()
    }
}
