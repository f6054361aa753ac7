internal import NetlinkBridge

/// How nft writes a statement of which the one form of rules keeps less than its words.
enum NftPhrase {
    /// It is part of what another statement says.
    case hidden
    /// These words, in which the operands stand.
    case words(String, naming: [Operand] = [])
    /// A refusal, by NFT_REJECT_* and ICMP's code.
    case refusal(type: UInt32, code: UInt8)
    /// The words before the value, what is set, and the value.
    case assignment(String, Operand, Operand)
    case translation(NftTranslationPhrase)
}

/// A translation with its operands: one or two addresses, one or two ports.
struct NftTranslationPhrase {
    let verb: String
    /// The family of the addresses; nil where the statement has none.
    let family: NftFamily?
    let addresses: [Operand]
    let ports: [Operand]
    let flags: NATFlags
}

extension NftPhrase {
    static func text(of limit: NftLimit) -> String {
        let units: [UInt64: String] = [
            1: "second", 60: "minute", 3600: "hour", 86400: "day", 604_800: "week",
        ]
        let unit = units[limit.unit] ?? "\(limit.unit) s"
        let over = limit.isInverted ? "over " : ""
        guard limit.countsBytes else {
            // The burst that nft and the kernel take where none is given.
            let burst = limit.burst == 0 || limit.burst == 5 ? "" : " burst \(limit.burst) packets"
            return "limit rate \(over)\(limit.rate)/\(unit)\(burst)"
        }
        let burst = limit.burst == 0 ? "" : " burst \(text(ofBytes: UInt64(limit.burst)))"
        return "limit rate \(over)\(text(ofBytes: limit.rate))/\(unit)\(burst)"
    }

    static func text(ofQuota bytes: UInt64, _ isInverted: Bool) -> String {
        "quota \(isInverted ? "over " : "")\(text(ofBytes: bytes))"
    }

    static func text(ofCount count: UInt32, _ isInverted: Bool) -> String {
        "ct count \(isInverted ? "over " : "")\(count)"
    }

    /// What an element of a set counts or asks; nil for what has no words here.
    static func text(ofElement expression: NftExpression) -> String? {
        switch expression {
        case .limit(let limit): text(of: limit)
        case .quota(let bytes, let inverted): text(ofQuota: bytes, inverted)
        case .connectionLimit(let count, let inverted): text(ofCount: count, inverted)
        case .counter: "counter"
        default: nil
        }
    }

    /// A number of bytes in the largest unit in which it is whole.
    private static func text(ofBytes count: UInt64) -> String {
        if count > 0, count % 1_048_576 == 0 { return "\(count / 1_048_576) mbytes" }
        if count > 0, count % 1024 == 0 { return "\(count / 1024) kbytes" }
        return "\(count) bytes"
    }

    static func text(of log: NftLog) -> String {
        let levels = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug", "audit"]
        var words = "log"
        if let prefix = log.prefix { words += " prefix \(NftText.quoted(prefix.bytes))" }
        if let group = log.group { words += " group \(group)" }
        // warn is what nft takes where none is given.
        if let level = log.level, level != 4 {
            words += " level \(Int(level) < levels.count ? levels[Int(level)] : "\(level)")"
        }
        return words
    }

    /// `reject` (NFT_REJECT_ICMP_UNREACH 0, TCP_RST 1, ICMPX_UNREACH 2); the default of a table is not written.
    static func text(ofReject type: UInt32, code: UInt8, _ dependencies: Dependencies) -> String {
        let icmp: [UInt8: String] = [
            0: "net-unreachable", 1: "host-unreachable", 2: "prot-unreachable", 3: "port-unreachable",
            9: "net-prohibited", 10: "host-prohibited", 13: "admin-prohibited",
        ]
        let icmp6: [UInt8: String] = [
            0: "no-route", 1: "admin-prohibited", 3: "addr-unreachable", 4: "port-unreachable",
            5: "policy-fail",
            6: "reject-route",
        ]
        let both: [UInt8: String] = [
            0: "no-route", 1: "port-unreachable", 2: "host-unreachable", 3: "admin-prohibited",
        ]
        let isShort = dependencies.hasOneFamily
        switch (type, dependencies.family ?? .ip) {
        case (1, _): return "reject with tcp reset"
        case (2, _): return code == 1 ? "reject" : "reject with icmpx \(both[code] ?? "\(code)")"
        case (_, .ip): return code == 3 && isShort ? "reject" : "reject with icmp \(icmp[code] ?? "\(code)")"
        case (_, .ip6):
            return code == 4 && isShort ? "reject" : "reject with icmpv6 \(icmp6[code] ?? "\(code)")"
        }
    }
}
