internal import CShims
internal import Glibc

/// What the kernel says of one packet's way.
public enum RouteAnswer: Hashable, Sendable {
    /// The route that the packet takes: kind, interface, gateway and preferred source. Its prefix is the
    /// packet's address.
    case found(Route)
    /// The packet takes no route.
    case refused(Refusal)

    /// Why a packet takes no route.
    public enum Refusal: Hashable, Sendable {
        /// No route matches, or one of kind `unreachable` does (ENETUNREACH).
        case networkUnreachable
        /// A route of kind `unreachable` matches, or a packet from outside came while forwarding is off
        /// (EHOSTUNREACH).
        case hostUnreachable
        /// A route of kind `blackhole` matches, or a packet from outside has a source that the reverse path
        /// filter or the rules for odd addresses refuse (EINVAL; EXDEV for the filter since Linux 6.14).
        case invalidPath
        /// A route of kind `prohibit` matches (EACCES).
        case prohibited
    }
}

extension RouteReader {
    /// Asks the kernel which way a UDP packet would take in the namespace of the calling thread
    /// (RTM_GETROUTE).
    ///
    /// Without `inInterface` it is a packet of this host, else one that came in there: the reverse path
    /// filter and the forwarding switch then count too, and a source is needed. Nothing is sent.
    ///
    /// - Parameters:
    ///   - destination: the packet's destination address.
    ///   - source: the packet's source address; nil lets the kernel choose.
    ///   - mark: the packet's mark, as the routing rules see it.
    ///   - inInterface: the interface that the packet came in by; nil for a packet of this host.
    ///   - outInterface: the interface that the socket is bound to.
    /// - Returns: The route, or why there is none.
    /// - Throws: A `NetlinkError` for an errno that is not about the path, such as ENODEV for an interface
    ///   that does not exist; a `SystemError` where no socket can be opened.
    public static func lookup(
        destination: IPAddress,
        source: IPAddress? = nil,
        mark: UInt32 = 0,
        inInterface: InterfaceIndex? = nil,
        outInterface: InterfaceIndex? = nil
    ) throws -> RouteAnswer {
        let family = destination.family
        let width = UInt8(family.bitWidth)
        var header = [UInt8](repeating: 0, count: MemoryLayout<rtmsg>.size)
        header[0] = family.kernelValue
        header[1] = width
        header[2] = source == nil ? 0 : width
        // Else IPv4's answer names the main table, whichever table held the route; IPv6 refuses the flag.
        if family == .ip { header.replaceSubrange(8..<12, with: hostBytes(UInt32(RTM_F_LOOKUP_TABLE))) }
        var request = NetlinkRequest(type: UInt16(RTM_GETROUTE), flags: 0, header: header)
        request.append(RTA_DST.rawValue, destination.networkBytes)
        if let source { request.append(RTA_SRC.rawValue, source.networkBytes) }
        if mark != 0 { request.append(RTA_MARK.rawValue, hostBytes(mark)) }
        if let inInterface { request.append(RTA_IIF.rawValue, hostBytes(inInterface.number)) }
        if let outInterface { request.append(RTA_OIF.rawValue, hostBytes(outInterface.number)) }

        let operation = "ask for the route to \(destination)"
        var found: Route?
        var socket = try NetlinkSocket(.route)
        do throws(NetlinkError) {
            try socket.exchange(request, operation: operation) { (type, payload) throws(DecodingError) in
                if Int(type) == RTM_NEWROUTE { found = try Route(decoding: payload) }
            }
        } catch {
            guard let refusal = RouteAnswer.Refusal(error) else { throw error }
            return .refused(refusal)
        }
        guard let found else {
            throw NetlinkError(operation, .malformed(DecodingError(what: "no route and no errno", offset: 0)))
        }
        return .found(found)
    }
}

extension RouteAnswer.Refusal {
    /// What an errno says of the path; nil where it speaks of something else.
    fileprivate init?(_ error: NetlinkError) {
        // With words of its own the kernel refuses the question, not the path.
        guard case .refused(let code, nil, _) = error.reason else { return nil }
        switch code {
        case ENETUNREACH: self = .networkUnreachable
        case EHOSTUNREACH: self = .hostUnreachable
        case EINVAL, EXDEV: self = .invalidPath
        case EACCES: self = .prohibited
        default: return nil
        }
    }
}

extension RouteAnswer.Refusal: CustomStringConvertible {
    /// The errno's symbolic name and what it means for the packet.
    public var description: String {
        switch self {
        case .networkUnreachable: "no route leads there (ENETUNREACH)"
        case .hostUnreachable: "the host cannot be reached, or forwarding is off (EHOSTUNREACH)"
        case .invalidPath: "the path is a blackhole, or the reverse path filter refuses the source (EINVAL)"
        case .prohibited: "a route prohibits it (EACCES)"
        }
    }
}
