internal import CShims

/// Hears what the kernel says of traced packets, in the network namespace in which it was opened.
public struct NftTraceListener: ~Copyable {
    private var socket: NetlinkSocket

    /// As many answers as a walk through the chains of the largest node may give.
    private static let room = 8192
    private static let operation = "hear the kernel's trace of the packet"

    /// Opens the socket.
    ///
    /// - Throws: `SystemError`, with `isPermission` without CAP_NET_ADMIN.
    public init() throws(SystemError) {
        let socket = try NetlinkSocket(.netfilter)
        try socket.join(group: NFNLGRP_NFTRACE.rawValue, operation: Self.operation)
        socket.reserve(sending: 0, answers: Self.room)
        self.socket = socket
    }

    /// The descriptor's number, for `waitUntilReadable(_:for:)`; valid as long as the listener lives.
    public var number: Int32 { socket.descriptor }

    /// The events that wait, or the first that come.
    ///
    /// - Throws: `NetlinkError`: ENOBUFS where events were lost, since more came than fit.
    public mutating func events() throws(NetlinkError) -> [NftTraceEvent] {
        let type = UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(NFT_MSG_TRACE.rawValue)
        return try socket.receive(operation: Self.operation) { (datagram) throws(NetlinkError) in
            var events: [NftTraceEvent] = []
            do throws(DecodingError) {
                var offset = 0
                while offset < datagram.count {
                    let header = try NetlinkHeader(in: datagram, at: offset)
                    let payload = datagram.extracting((offset + NetlinkHeader.size)..<(offset + header.length))
                    offset += (header.length + 3) & ~3
                    if header.type == type { events.append(try NftTraceEvent(decoding: payload)) }
                }
            } catch {
                throw NetlinkError(Self.operation, .malformed(error))
            }
            return events
        }
    }
}
