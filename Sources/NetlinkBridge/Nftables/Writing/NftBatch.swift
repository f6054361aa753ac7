internal import CMnl
internal import CNftnl
internal import CShims
internal import Glibc

/// Changes of nf_tables that the kernel takes together or not at all, as the bytes of one netlink batch.
///
/// The begin message carries the generation on which the changes were planned: the kernel refuses them with ERESTART
/// when anything was committed since. It can be handed to another process, which sends it.
public struct NftBatch: Sendable, Codable {
    /// How many changes it holds.
    public private(set) var count: UInt32
    private var begin: [UInt8]
    private var changes: [UInt8]
    /// Where the message of the last change begins among those of the changes.
    private var last = 0
    private var end: [UInt8]

    /// Begin message, one message for each command, end message; the n-th command has the sequence number n + 1.
    var bytes: [UInt8] {
        var changes = changes
        // Only the last change asks for an acknowledgement: older kernels send none for the end of a batch. The flags of a
        // message are its bytes 6 and 7, in host order.
        let flags = hostBytes(UInt16(NLM_F_ACK))
        if count > 0 { for place in 0..<2 { changes[last + 6 + place] |= flags[place] } }
        return begin + changes + end
    }

    /// A message is far smaller than this: the largest is a rule of a few dozen expressions.
    private static let messageCapacity = 32 * 1024

    /// Encodes the changes with libnftnl.
    ///
    /// Without a generation they are made on whatever is there, which is for changes of a table that nobody else can change.
    ///
    /// - Throws: `EncodingError` for an expression that this version reads but does not write, and where memory is short.
    public init(_ commands: [NftCommand], plannedOn generation: Generation?) throws(EncodingError) {
        count = 0
        begin = try Self.begin(generation)
        changes = []
        end = []
        try append(commands)
    }

    /// The same changes, and more behind them.
    public func adding(_ commands: [NftCommand]) throws(EncodingError) -> NftBatch {
        var batch = self
        try batch.append(commands)
        return batch
    }

    private mutating func append(_ commands: [NftCommand]) throws(EncodingError) {
        for command in commands {
            count += 1
            last = changes.count
            let sequence = count
            changes += try unsafe Self.message { buffer throws(EncodingError) in
                try unsafe Self.write(command, into: buffer, sequence: sequence)
            }
        }
        let sequence = count + 1
        end = try unsafe Self.message { buffer throws(EncodingError) in unsafe nftnl_batch_end(buffer, sequence) }
    }

    /// The same changes, planned on another generation.
    public func planned(on generation: Generation) throws(EncodingError) -> NftBatch {
        var batch = self
        batch.begin = try Self.begin(generation)
        return batch
    }

    private static func begin(_ generation: Generation?) throws(EncodingError) -> [UInt8] {
        try unsafe message { buffer throws(EncodingError) in
            let header = unsafe nftnl_batch_begin(buffer, 0)
            if let generation {
                unsafe mnl_attr_put_u32(header, UInt16(NFNL_BATCH_GENID.rawValue), generation.number.bigEndian)
            }
            return unsafe header
        }
    }

    /// Lends a zeroed buffer to `body`, which writes one message into it, and returns that message's bytes.
    private static func message(
        _ body: (UnsafeMutablePointer<CChar>) throws(EncodingError) -> UnsafeMutablePointer<nlmsghdr>?
    ) throws(EncodingError) -> [UInt8] {
        let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: messageCapacity)
        unsafe buffer.initialize(repeating: 0, count: messageCapacity)
        defer { unsafe buffer.deallocate() }
        guard let header = try unsafe body(buffer) else { throw EncodingError("a message", "no memory") }
        // Sound: the message was written at the buffer's start, and its length is libnftnl's own.
        let length = Int(unsafe header.pointee.nlmsg_len)
        guard length <= messageCapacity else { throw EncodingError("a message", "it is too long") }
        return unsafe Array(UnsafeRawBufferPointer(start: buffer, count: length))
    }

    private static func write(
        _ command: NftCommand,
        into buffer: UnsafeMutablePointer<CChar>,
        sequence: UInt32
    ) throws(EncodingError) -> UnsafeMutablePointer<nlmsghdr>? {
        let header = { (message: nf_tables_msg_types, family: NftFamily, more: Int32) in
            // Sound: the buffer has room for a header and belongs to the caller for the time of the call.
            unsafe nftnl_nlmsg_build_hdr(
                buffer,
                UInt16(message.rawValue),
                UInt16(family.rawValue),
                UInt16(more),
                sequence
            )
        }
        switch command {
        case .addTable(let family, let name, let comment, let isOwned):
            let table = try NftnlTable(name, comment: comment, isOwned: isOwned)
            let message = unsafe header(NFT_MSG_NEWTABLE, family, NLM_F_CREATE | NLM_F_EXCL)
            unsafe nftnl_table_nlmsg_build_payload(message, table.pointer)
            return unsafe message
        case .deleteTable(let family, let name):
            let table = try NftnlTable(name, comment: nil)
            let message = unsafe header(NFT_MSG_DELTABLE, family, 0)
            unsafe nftnl_table_nlmsg_build_payload(message, table.pointer)
            return unsafe message
        case .deleteTableByHandle(let family, let name, let handle):
            let table = try NftnlTable(name, comment: nil, handle: handle)
            let message = unsafe header(NFT_MSG_DELTABLE, family, 0)
            unsafe nftnl_table_nlmsg_build_payload(message, table.pointer)
            return unsafe message
        case .addChain(let family, let table, let name, let hook):
            let chain = try NftnlChain(table: table, name: name, hook: hook)
            let message = unsafe header(NFT_MSG_NEWCHAIN, family, NLM_F_CREATE | NLM_F_EXCL)
            unsafe nftnl_chain_nlmsg_build_payload(message, chain.pointer)
            return unsafe message
        case .addSet(let family, let table, let declaration):
            let set = try NftnlSet(table: table, name: declaration.name, declaration)
            let message = unsafe header(NFT_MSG_NEWSET, family, NLM_F_CREATE | NLM_F_EXCL)
            unsafe nftnl_set_nlmsg_build_payload(message, set.pointer)
            return unsafe message
        case .addElements(let family, let table, let name, let elements):
            let set = try NftnlSet(table: table, name: name, nil, elements)
            let message = unsafe header(NFT_MSG_NEWSETELEM, family, NLM_F_CREATE)
            unsafe nftnl_set_elems_nlmsg_build_payload(message, set.pointer)
            return unsafe message
        case .addRule(let family, let table, let chain, let expressions, let comment):
            let rule = try NftnlRule(family, table: table, chain: chain, expressions, comment: comment)
            let message = unsafe header(NFT_MSG_NEWRULE, family, NLM_F_CREATE | NLM_F_APPEND)
            unsafe nftnl_rule_nlmsg_build_payload(message, rule.pointer)
            return unsafe message
        case .deleteRule(let family, let table, let chain, let handle):
            let rule = try NftnlRule(family, table: table, chain: chain, [], comment: nil, handle: handle)
            let message = unsafe header(NFT_MSG_DELRULE, family, 0)
            unsafe nftnl_rule_nlmsg_build_payload(message, rule.pointer)
            return unsafe message
        }
    }
}

/// A change that cannot be put into bytes.
public struct EncodingError: Error, Hashable, Sendable, CustomStringConvertible {
    private let what: String
    private let reason: String

    init(_ what: String, _ reason: String) {
        self.what = what
        self.reason = reason
    }

    /// "could not encode WHAT: REASON".
    public var description: String { "could not encode \(what): \(reason)" }
}
