internal import NetlinkBridge

/// Collects the addresses that a log holds, and changes nothing.
struct LogMentions: LogRewriting {
    private(set) var prefixes: Set<Prefix> = []
    /// The smallest prefixes that hold ranges which are none.
    private(set) var rigid: Set<Prefix> = []
    private(set) var hostName = ""

    mutating func address(_ address: IPAddress) -> IPAddress {
        prefixes.insert(Prefix(host: address))
        return address
    }

    mutating func prefix(_ prefix: Prefix) -> Prefix {
        prefixes.insert(prefix)
        return prefix
    }

    mutating func range(_ first: IPAddress, _ last: IPAddress) -> (first: IPAddress, last: IPAddress) {
        prefixes.formUnion([Prefix(host: first), Prefix(host: last)])
        // So it stays the range of as many prefixes. In larger ones more would stay than a range is worth.
        let difference = first.number ^ last.number
        let free = 128 - difference.leadingZeroBitCount
        if free <= 12, let block = Prefix(first, length: first.bitWidth - free) { rigid.insert(block) }
        return (first, last)
    }

    mutating func hostName(_ bytes: [UInt8]) -> [UInt8] {
        hostName = String(decoding: bytes, as: UTF8.self)
        return bytes
    }

    mutating func hardware(_ bytes: [UInt8]) -> [UInt8] { bytes }
    mutating func name(_ bytes: [UInt8]) -> [UInt8] { bytes }
    mutating func freeText(_ bytes: [UInt8]) -> [UInt8] { bytes }
}

/// Puts stand-ins into a log; see `Redaction` for what they keep.
struct LogStandIns: LogRewriting {
    private let addresses: AddressStandIns
    private let hostName: [UInt8]
    /// What stands for a part of a name that is an address or the host's name, letters of the same number.
    private var parts: [[UInt8]: [UInt8]] = [:]
    private var taken: Set<[UInt8]> = []
    private var comments: [[UInt8]: [UInt8]] = [:]
    private var hardware: [[UInt8]: [UInt8]] = [:]

    /// Chooses stand-ins for the addresses of a log.
    init(_ mentions: LogMentions) {
        addresses = AddressStandIns(mentions.prefixes, rigid: mentions.rigid, using: SystemRandomNumberGenerator())
        let label = mentions.hostName.prefix { $0 != "." }
        hostName = NameStandIns.isTelling(String(label)) ? Array(label.utf8) : []
    }

    mutating func address(_ address: IPAddress) -> IPAddress { addresses[address] }

    mutating func prefix(_ prefix: Prefix) -> Prefix { addresses[prefix] }

    mutating func range(_ first: IPAddress, _ last: IPAddress) -> (first: IPAddress, last: IPAddress) {
        (addresses[first], addresses[last])
    }

    mutating func hostName(_ bytes: [UInt8]) -> [UInt8] { Array("host-1".utf8) }

    mutating func hardware(_ bytes: [UInt8]) -> [UInt8] {
        if let known = hardware[bytes] { return known }
        let isCommon = bytes.count < 6 || bytes.allSatisfy { $0 == 0 } || bytes.allSatisfy { $0 == 0xFF }
        let number = IPAddress.v4(UInt32(hardware.count + 1)).networkBytes
        hardware[bytes] = isCommon ? bytes : [2] + Array(repeating: 0, count: bytes.count - 5) + number
        return hardware[bytes] ?? bytes
    }

    mutating func name(_ bytes: [UInt8]) -> [UInt8] {
        var result = bytes
        for range in AddressScanner.mentions(in: bytes).map(\.range) + NameStandIns.ranges(of: hostName, in: bytes) {
            result.replaceSubrange(range, with: part(Array(bytes[range])))
        }
        return result
    }

    /// Keeps what tells who wrote it, where a program is known that begins its comments so.
    mutating func freeText(_ bytes: [UInt8]) -> [UInt8] {
        let text = String(decoding: bytes, as: UTF8.self)
        if bytes.isEmpty || text == PlannedTable.comment { return bytes }
        if let known = comments[bytes] { return known }
        let sign = OwnerCatalogue.commentSign(of: text).map { Array($0.utf8) } ?? []
        let rest = bytes.count - sign.count
        let standIn = Array("comment-\(comments.count + 1)".utf8.prefix(rest))
        comments[bytes] = sign + standIn + Array(repeating: UInt8(ascii: "."), count: rest - standIn.count)
        return comments[bytes] ?? bytes
    }

    private mutating func part(_ bytes: [UInt8]) -> [UInt8] {
        if let known = parts[bytes] { return known }
        var letters = bytes
        // A short part has few others, and two that are alike would be worse than one that stays.
        for _ in 0..<64 {
            letters = bytes.map { _ in UInt8.random(in: UInt8(ascii: "a")...UInt8(ascii: "z")) }
            if taken.insert(letters).inserted { break }
        }
        parts[bytes] = letters
        return letters
    }
}

extension OwnerCatalogue {
    /// The beginning of a comment by which its writer is known; nil where it is nobody's that is known.
    static func commentSign(of comment: String) -> String? {
        signs.flatMap(\.commentPrefixes).filter { comment.hasPrefix($0) }.max { $0.count < $1.count }
    }
}
