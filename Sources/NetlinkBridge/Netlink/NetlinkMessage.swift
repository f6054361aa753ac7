internal import CShims

/// The header of one netlink message (linux/netlink.h, `struct nlmsghdr`).
struct NetlinkHeader {
    static let size = 16
    let length: Int
    let type: UInt16
    let flags: UInt16
    let sequence: UInt32
    let port: UInt32

    /// Reads the header at `offset`; its length is checked against what remains.
    init(in bytes: Span<UInt8>, at offset: Int) throws(DecodingError) {
        length = Int(try bytes.host(UInt32.self, at: offset))
        type = try bytes.host(UInt16.self, at: offset + 4)
        flags = try bytes.host(UInt16.self, at: offset + 6)
        sequence = try bytes.host(UInt32.self, at: offset + 8)
        port = try bytes.host(UInt32.self, at: offset + 12)
        guard length >= Self.size, length <= bytes.count - offset else {
            throw DecodingError(what: "a wrong message length (\(length))", offset: offset)
        }
    }

    /// Tells whether the dump that the message belongs to was torn by a change.
    var isInterrupted: Bool { flags & UInt16(NLM_F_DUMP_INTR) != 0 }
}

/// What an NLMSG_ERROR message says: errno 0 is an acknowledgement.
struct NetlinkAcknowledgement {
    /// The errno, positive; 0 for success.
    let code: Int32
    /// The sequence number of the request that it answers.
    let sequence: UInt32
    /// The kernel's own words (NLMSGERR_ATTR_MSG), where it has some.
    let message: String?
    /// The offset in the request of what was refused (NLMSGERR_ATTR_OFFS).
    let offset: Int?

    /// Reads the payload of an NLMSG_ERROR message: `struct nlmsgerr`, then perhaps the request, then attributes.
    init(decoding payload: Span<UInt8>, flags: UInt16) throws(DecodingError) {
        let error = Int32(bitPattern: try payload.host(UInt32.self, at: 0))
        code = error == Int32.min ? Int32.max : -error
        let requestLength = Int(try payload.host(UInt32.self, at: 4))
        sequence = try payload.host(UInt32.self, at: 12)
        var message: String?
        var offset: Int?
        if flags & UInt16(NLM_F_ACK_TLVS) != 0 {
            // With NLM_F_CAPPED only the request's header is repeated.
            let capped = flags & UInt16(NLM_F_CAPPED) != 0
            let skipped = 4 + (capped ? NetlinkHeader.size : (requestLength + 3) & ~3)
            try Attributes.forEach(in: payload.extracting(payload.rest(after: skipped))) {
                (type, value) throws(DecodingError) in
                switch UInt32(type) {
                case NLMSGERR_ATTR_MSG.rawValue:
                    message = String(decoding: value.array.prefix { $0 != 0 }, as: UTF8.self)
                case NLMSGERR_ATTR_OFFS.rawValue: offset = Int(try value.host(UInt32.self))
                default: break
                }
            }
        }
        self.message = message
        self.offset = offset
    }
}
