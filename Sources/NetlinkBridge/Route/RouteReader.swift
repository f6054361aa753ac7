internal import CShims

/// Reads links, addresses, routes and rules through rtnetlink, in the network namespace of the calling
/// thread.
///
/// No privilege is needed. Every function throws a `SystemError` where no socket can be opened, and a
/// `NetlinkError` where the kernel refuses, does not answer or answers with what cannot be decoded. A dump
/// that a change tore throws an error whose `isInterruption` is true: reading again may help, and how often
/// is for the caller to decide.
public enum RouteReader {
    /// The interfaces, in the kernel's order.
    public static func links() throws -> [Link] {
        var request = NetlinkRequest(
            type: UInt16(RTM_GETLINK),
            flags: NLM_F_DUMP,
            header: [UInt8](repeating: 0, count: MemoryLayout<ifinfomsg>.size)
        )
        // The counters would be the larger part of the answer.
        request.append(UInt32(IFLA_EXT_MASK), hostBytes(UInt32(RTEXT_FILTER_SKIP_STATS)))
        var links: [Link] = []
        try dump(request, operation: "list the network interfaces") { (type, payload) throws(DecodingError) in
            if Int(type) == RTM_NEWLINK { links.append(try Link(decoding: payload)) }
        }
        return links
    }

    /// The addresses of both families on all interfaces, in the kernel's order.
    public static func addresses() throws -> [InterfaceAddress] {
        var addresses: [InterfaceAddress] = []
        for family in AddressFamily.allCases {
            let request = request(RTM_GETADDR, of: family, headerSize: MemoryLayout<ifaddrmsg>.size)
            try dump(request, operation: "list the \(family.rawValue) addresses") {
                (type, payload) throws(DecodingError) in
                // Without IPv6 in the kernel a request for it is answered for every family.
                guard Int(type) == RTM_NEWADDR, payload.isOf(family) else { return }
                addresses.append(try InterfaceAddress(decoding: payload))
            }
        }
        return addresses
    }

    /// The routes of all tables, in the kernel's order; what it cached by itself is not among them.
    public static func routes(family: AddressFamily) throws -> [Route] {
        let request = request(RTM_GETROUTE, of: family, headerSize: MemoryLayout<rtmsg>.size)
        var routes: [Route] = []
        try dump(request, operation: "list the \(family.rawValue) routes") { (type, payload) throws(DecodingError) in
            guard Int(type) == RTM_NEWROUTE, payload.isOf(family) else { return }
            routes.append(try Route(decoding: payload))
        }
        return routes
    }

    /// The rules of the routing policy, in the order in which the kernel tries them.
    public static func rules(family: AddressFamily) throws -> [RoutingRule] {
        let request = request(RTM_GETRULE, of: family, headerSize: MemoryLayout<fib_rule_hdr>.size)
        var rules: [RoutingRule] = []
        try dump(request, operation: "list the \(family.rawValue) routing rules") {
            (type, payload) throws(DecodingError) in
            guard Int(type) == RTM_NEWRULE, payload.isOf(family) else { return }
            rules.append(try RoutingRule(decoding: payload))
        }
        return rules
    }

    /// A dump request whose header is all zero but for the family, as strict checking asks for.
    private static func request(_ type: Int, of family: AddressFamily, headerSize: Int) -> NetlinkRequest {
        NetlinkRequest(
            type: UInt16(type),
            flags: NLM_F_DUMP,
            header: [family.kernelValue] + [UInt8](repeating: 0, count: headerSize - 1)
        )
    }

    private static func dump(
        _ request: NetlinkRequest,
        operation: String,
        _ body: (_ type: UInt16, _ payload: Span<UInt8>) throws(DecodingError) -> Void
    ) throws {
        var socket = try NetlinkSocket(.route)
        try socket.exchange(request, operation: operation, body)
    }
}

extension Span where Element == UInt8 {
    /// Tells whether the message starts with the family's number, as all of rtnetlink's do.
    fileprivate func isOf(_ family: AddressFamily) -> Bool { !isEmpty && self[0] == family.kernelValue }
}
