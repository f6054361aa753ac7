internal import CShims

/// A netlink request under construction: the header is written when it is sent.
struct NetlinkRequest {
    /// The message type (nlmsg_type).
    let type: UInt16
    /// The message flags (nlmsg_flags) beside NLM_F_REQUEST.
    let flags: UInt16
    /// The family header and the attributes.
    private(set) var payload: [UInt8]

    /// Starts a request with the bytes of the family's own header.
    init(type: UInt16, flags: Int32, header: [UInt8]) {
        self.type = type
        self.flags = UInt16(truncatingIfNeeded: flags)
        payload = header
    }

    /// Starts a request to a netfilter subsystem: `struct nfgenmsg` with version 0.
    init(subsystem: Int32, message: UInt32, flags: Int32, family: UInt8, resource: UInt16 = 0) {
        self.init(
            type: UInt16(truncatingIfNeeded: subsystem) << 8 | UInt16(truncatingIfNeeded: message),
            flags: flags,
            header: [family, UInt8(NFNETLINK_V0), UInt8(resource >> 8), UInt8(resource & 0xFF)]
        )
    }

    /// Appends an attribute.
    mutating func append(_ type: UInt32, _ bytes: [UInt8]) {
        let length = UInt16(clamping: Attributes.headerSize + bytes.count)
        payload += hostBytes(length) + hostBytes(UInt16(truncatingIfNeeded: type)) + bytes
        while payload.count % 4 != 0 { payload.append(0) }
    }

    /// Appends a name with its terminating NUL.
    mutating func append(_ type: UInt32, name: KernelName) { append(type, name.bytes + [0]) }

    /// Appends an attribute that holds the attributes that `body` appends.
    mutating func appendNested(_ type: UInt32, _ body: (inout NetlinkRequest) -> Void) {
        var inner = NetlinkRequest(type: 0, flags: 0, header: [])
        body(&inner)
        append(type | UInt32(NLA_F_NESTED), inner.payload)
    }

    /// The whole message with its header (`struct nlmsghdr`), port id 0 for the kernel.
    func bytes(sequence: UInt32) -> [UInt8] {
        let length = UInt32(16 + payload.count)
        return hostBytes(length) + hostBytes(type) + hostBytes(flags | UInt16(NLM_F_REQUEST))
            + hostBytes(sequence)
            + hostBytes(UInt32(0)) + payload
    }
}

/// The bytes of a number in this machine's order.
public func hostBytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    let network = networkBytes(number)
    return Number(1).littleEndian == 1 ? network.reversed() : network
}

/// The bytes of a number in network order.
public func networkBytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    stride(from: Number.bitWidth - 8, through: 0, by: -8).map {
        UInt8(truncatingIfNeeded: number >> Number($0))
    }
}

extension UInt32 {
    /// The number whose bytes these are in this machine's order; bytes beyond four do not count, absent ones are 0.
    public init(hostBytes bytes: [UInt8]) {
        let places = bytes.prefix(4).enumerated()
        let little = places.reduce(UInt32(0)) { $0 | UInt32($1.element) << UInt32(8 * $1.offset) }
        self = UInt32(littleEndian: little)
    }
}
