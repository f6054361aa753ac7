internal import CShims
internal import Glibc

/// Reads and removes flows of connection tracking, in the network namespace of the calling thread.
///
/// Every function throws a `SystemError` where no socket can be opened, else a `NetlinkError`: `isPermission`
/// without CAP_NET_ADMIN, `isUnsupported` where the kernel has no connection tracking over netlink,
/// `isInterruption` where a dump was torn. A table without flows is none of these: it is empty.
public enum ConntrackTable {
    /// Calls `body` with each flow; nothing is held back, so that memory does not grow with the table.
    ///
    /// The table changes while it is read: a flow that begins or ends meanwhile may be missing.
    ///
    /// - Parameters:
    ///   - family: nil for both.
    ///   - protocolNumber: the IP protocol of the original direction; nil for all.
    ///   - body: gets the flows in the kernel's order.
    /// - Throws: What the type's comment says.
    public static func forEachEntry(
        family: AddressFamily? = nil,
        protocol protocolNumber: UInt8? = nil,
        _ body: (ConntrackEntry) -> Void
    ) throws {
        var socket = try NetlinkSocket(.netfilter)
        let request = listRequest(family: family, protocolNumber: protocolNumber)
        try socket.exchange(request, operation: "list the connection tracking entries") {
            (type, payload) throws(DecodingError) in
            guard isEntry(type) else { return }
            let entry = try ConntrackEntry(decoding: payload)
            // Kernels before 5.8 do not know the filter, and send everything.
            guard protocolNumber == nil || entry.original.protocolNumber == protocolNumber else { return }
            body(entry)
        }
    }

    /// The flows for which `predicate` holds; only these are kept in memory.
    public static func entries(
        family: AddressFamily? = nil,
        protocol protocolNumber: UInt8? = nil,
        matching predicate: (ConntrackEntry) -> Bool = { _ in true }
    ) throws -> [ConntrackEntry] {
        var entries: [ConntrackEntry] = []
        try forEachEntry(family: family, protocol: protocolNumber) { entry in
            if predicate(entry) { entries.append(entry) }
        }
        return entries
    }

    /// The flow whose original direction is exactly this; nil where there is none.
    ///
    /// A flow of which the tuple is the direction of the answers is another flow, and not returned.
    public static func entry(original tuple: ConntrackTuple, zone: UInt16 = 0) throws -> ConntrackEntry? {
        let found = try entry(eitherWay: tuple, zone: zone)
        return found?.original == tuple ? found : nil
    }

    /// The flow of which this is one of the directions, as the kernel finds it for a packet; nil where there is none.
    public static func entry(eitherWay tuple: ConntrackTuple, zone: UInt16 = 0) throws -> ConntrackEntry? {
        var request = NetlinkRequest(
            subsystem: NFNL_SUBSYS_CTNETLINK,
            message: IPCTNL_MSG_CT_GET.rawValue,
            flags: 0,
            family: tuple.family.kernelValue
        )
        tuple.appendAsOriginal(to: &request)
        if zone != 0 { request.append(CTA_ZONE.rawValue, networkBytes(zone)) }
        var found: ConntrackEntry?
        var socket = try NetlinkSocket(.netfilter)
        let operation = "look up the connection tracking entry \(tuple.source) to \(tuple.destination)"
        do throws(NetlinkError) {
            try socket.exchange(request, operation: operation) { (type, payload) throws(DecodingError) in
                if isEntry(type) { found = try ConntrackEntry(decoding: payload) }
            }
        } catch {
            guard error.code == ENOENT else { throw error }
        }
        return found
    }

    /// Removes a flow, and tells whether it was still there.
    ///
    /// The id goes with the request, so that a newer flow with the same tuples is left alone.
    @discardableResult
    public static func delete(_ entry: ConntrackEntry) throws -> Bool { try delete([entry]) == 1 }

    /// Removes flows one after the other, and returns how many of them were still there.
    @discardableResult
    public static func delete(_ entries: some Sequence<ConntrackEntry>) throws -> Int {
        var socket = try NetlinkSocket(.netfilter)
        var count = 0
        for entry in entries {
            // Without a tuple the kernel would take the request for "remove every flow".
            var request = NetlinkRequest(
                subsystem: NFNL_SUBSYS_CTNETLINK,
                message: IPCTNL_MSG_CT_DELETE.rawValue,
                flags: 0,
                family: entry.original.family.kernelValue
            )
            entry.original.appendAsOriginal(to: &request)
            if entry.zone != 0 { request.append(CTA_ZONE.rawValue, networkBytes(entry.zone)) }
            request.append(CTA_ID.rawValue, networkBytes(entry.id))
            let (source, destination) = (entry.original.source, entry.original.destination)
            do throws(NetlinkError) {
                let operation = "delete the connection tracking entry \(source) to \(destination)"
                try socket.exchange(request, operation: operation) { (_, _) throws(DecodingError) in }
                count += 1
            } catch {
                guard error.code == ENOENT else { throw error }
            }
        }
        return count
    }

    /// The counters of all processors together.
    public static func statistics() throws -> ConntrackStatistics {
        let request = NetlinkRequest(
            subsystem: NFNL_SUBSYS_CTNETLINK,
            message: IPCTNL_MSG_CT_GET_STATS_CPU.rawValue,
            flags: NLM_F_DUMP,
            family: UInt8(AF_UNSPEC)
        )
        var sum = ConntrackStatistics()
        var socket = try NetlinkSocket(.netfilter)
        try socket.exchange(request, operation: "read the connection tracking counters") {
            (type, payload) throws(DecodingError) in
            guard type == messageType(IPCTNL_MSG_CT_GET_STATS_CPU) else { return }
            sum += try ConntrackStatistics(decoding: payload)
        }
        return sum
    }

    /// A dump request; the kernel filters by protocol only within one family.
    private static func listRequest(family: AddressFamily?, protocolNumber: UInt8?) -> NetlinkRequest {
        var request = NetlinkRequest(
            subsystem: NFNL_SUBSYS_CTNETLINK,
            message: IPCTNL_MSG_CT_GET.rawValue,
            flags: NLM_F_DUMP,
            family: family?.kernelValue ?? UInt8(AF_UNSPEC)
        )
        guard family != nil, let protocolNumber else { return request }
        request.appendNested(CTA_TUPLE_ORIG.rawValue) { tuple in
            tuple.appendNested(CTA_TUPLE_PROTO.rawValue) {
                $0.append(CTA_PROTO_NUM.rawValue, [protocolNumber])
            }
        }
        request.appendNested(CTA_FILTER.rawValue) { filter in
            filter.append(CTA_FILTER_ORIG_FLAGS.rawValue, hostBytes(filterByProtocol))
        }
        return request
    }

    private static func isEntry(_ type: UInt16) -> Bool { type == messageType(IPCTNL_MSG_CT_NEW) }

    private static func messageType(_ message: cntl_msg_types) -> UInt16 {
        UInt16(truncatingIfNeeded: NFNL_SUBSYS_CTNETLINK) << 8 | UInt16(truncatingIfNeeded: message.rawValue)
    }
}

/// CTA_FILTER_F_CTA_PROTO_NUM of the kernel's net/netfilter/nf_internals.h, which no installed header holds.
private let filterByProtocol: UInt32 = 1 << 3
