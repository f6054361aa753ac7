internal import CShims
internal import Glibc

/// Rewrites the records of a log, one after the other.
struct LogRewriter<Rewriting: LogRewriting> {
    var rewriting: Rewriting
    /// The bytes that are being rewritten.
    var bytes: [UInt8] = []
    /// What is in the sets of nf_tables, by table and name as they were.
    var sets: [NftRuleset.SetPlace: SetTypes] = [:]

    /// The types of a set's keys and values, as nft numbers them.
    struct SetTypes {
        let key: UInt32
        let data: UInt32
    }

    init(_ rewriting: Rewriting) { self.rewriting = rewriting }

    /// The record, rewritten; nil where it is left out.
    mutating func record(_ question: [UInt8], _ answer: [UInt8]) throws(DecodingError) -> (
        question: [UInt8], answer: [UInt8]
    )? {
        guard let first = question.first, let kind = KernelSource.Kind(rawValue: first) else { return nil }
        bytes = answer
        switch kind {
        case .file:
            return (try file(question), bytes)
        case .option:
            return try option(question) ? (question, bytes) : nil
        case .programs:
            return (question, answer)
        case .programName:
            try parts { (rewriter, range) in rewriter.name(at: range) }
            return (question, bytes)
        case .netlink:
            let bus = Int32(bitPattern: try question.span.network(UInt32.self, at: 1))
            let type: UInt16 = try question.span.network(at: 5)
            guard isKept(bus, type, question) else { return nil }
            try parts { (rewriter, range) throws(DecodingError) in
                let type: UInt16 = try rewriter.bytes.span.network(at: range.lowerBound)
                try rewriter.message(bus, type, range.dropFirst(2))
            }
            let answer = bytes
            bytes = question
            // A question has the attributes of its subject, such as the name of a set.
            if bus == NETLINK_NETFILTER { try message(bus, type, 7..<bytes.count) }
            return (bytes, answer)
        }
    }

    /// Rewrites each part of an answer; a refusal has none.
    private mutating func parts(
        _ body: (inout LogRewriter, Range<Int>) throws(DecodingError) -> Void
    ) throws(DecodingError) {
        guard case .parts(var offset) = try KernelAnswer.content(bytes.span) else { return }
        while offset < bytes.count {
            let part = try KernelLog.field(in: bytes.span, at: offset)
            try body(&self, part)
            offset = part.upperBound
        }
    }

    /// Tells whether a netlink question is one whose answers are understood.
    private func isKept(_ bus: Int32, _ type: UInt16, _ question: [UInt8]) -> Bool {
        guard bus == NETLINK_ROUTE else { return bus == NETLINK_NETFILTER }
        // Of `struct rtmsg`: the length of the destination, which only the question for one way has.
        return Int(type) != RTM_GETROUTE || question.count > 8 && question[8] == 0
    }

    private mutating func message(_ bus: Int32, _ type: UInt16, _ range: Range<Int>) throws(DecodingError) {
        guard bus == NETLINK_NETFILTER else { return try routeMessage(type, range) }
        switch type >> 8 {
        case UInt16(NFNL_SUBSYS_NFTABLES): try nftMessage(UInt32(type & 0xFF), range)
        case UInt16(NFNL_SUBSYS_IPSET): try ipsetMessage(range)
        default: blank(range)
        }
    }

    /// Rewrites what a file says; the result is the question, in whose path an interface may stand.
    private mutating func file(_ question: [UInt8]) throws(DecodingError) -> [UInt8] {
        let path = String(decoding: question.dropFirst(), as: UTF8.self)
        guard case .parts(let offset) = try KernelAnswer.content(bytes.span) else { return question }
        let part = try KernelLog.field(in: bytes.span, at: offset)
        if path == "/proc/sys/kernel/hostname" {
            let name = bytes[part].prefix { $0 != UInt8(ascii: "\n") }
            bytes = KernelAnswer(part: rewriting.hostName(Array(name)) + [UInt8(ascii: "\n")]).bytes
        } else if path.hasPrefix("/sys/class/dmi/id/") {
            // What firmware calls a machine may be what its owner does, but for Azure's, which is Azure's for all.
            if path.hasSuffix("asset_tag"), !bytes[part].starts(with: "7783-7084-3265-9085".utf8) { blank(part) }
        } else if path.hasSuffix("/ip_vs") {
            // Addresses and ports in hexadecimal; the lines are counted.
            for index in part where (48...57).contains(bytes[index]) || (65...70).contains(bytes[index]) {
                bytes[index] = 48
            }
        } else if path.hasSuffix("/net/dev") {
            // Counters and names of interfaces: that it is there is all that counts.
            blank(part)
        } else if !path.hasPrefix("/proc/sys/"), !path.hasSuffix("_tables_names") {
            blank(part)
        }
        return [question[0]] + rewriting.name(Array(question.dropFirst()))
    }

    /// Rewrites the answer to a socket option; false where it is left out.
    private mutating func option(_ question: [UInt8]) throws(DecodingError) -> Bool {
        let family = Int32(bitPattern: try question.span.network(UInt32.self, at: 1))
        let option = Int32(bitPattern: try question.span.network(UInt32.self, at: 5))
        guard case .parts(let offset) = try KernelAnswer.content(bytes.span) else { return true }
        let part = try KernelLog.field(in: bytes.span, at: offset)
        switch option {
        case IPT_SO_GET_INFO: break
        case IPT_SO_GET_ENTRIES: try legacyTable(part, family == AF_INET ? .ip : .ip6)
        case Int32(NA_SET_OPTION): name(at: part.dropFirst(NA_SET_REQUEST_NAME))
        default: return false
        }
        return true
    }
}
