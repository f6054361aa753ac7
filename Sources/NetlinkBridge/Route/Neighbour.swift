internal import CShims
internal import Glibc

/// What the kernel knows of another host on a link (RTM_NEWNEIGH; linux/neighbour.h).
public struct Neighbour: Hashable, Sendable {
    /// The interface that it is on.
    public let interface: InterfaceIndex
    /// Its address.
    public let address: IPAddress
    /// How sure that is.
    public let state: State

    /// What became of asking for a neighbour, as far as it matters here.
    public enum State: Hashable, Sendable {
        /// It was asked for and has not answered yet (NUD_INCOMPLETE), or is only noted down (NUD_NONE).
        case asked
        /// It was asked for as often as the kernel asks, and nobody answered (NUD_FAILED).
        case absent
        /// It has answered once, or was written down by hand.
        case known
    }

    /// Reads the payload of an RTM_NEWNEIGH message: `struct ndmsg` and NDA_* attributes; nil where it speaks of no address.
    init?(decoding payload: Span<UInt8>) throws(DecodingError) {
        guard payload.count >= MemoryLayout<ndmsg>.size, let family = try? AddressFamily(startOf: payload) else {
            return nil
        }
        interface = InterfaceIndex(try payload.host(UInt32.self, at: 4))
        let bits = Int32(try payload.host(UInt16.self, at: 8))
        state =
            if bits & NUD_FAILED != 0 {
                .absent
            } else if bits == NUD_NONE || bits & NUD_INCOMPLETE != 0 { .asked } else { .known }
        var found: IPAddress?
        let attributes = payload.extracting(try payload.rest(after: MemoryLayout<ndmsg>.size))
        try Attributes.forEach(in: attributes) { (type, value) throws(DecodingError) in
            if Int(type) == NDA_DST { found = try IPAddress(attribute: value) }
        }
        guard let found, found.family == family else { return nil }
        address = found
    }
}

extension RouteReader {
    /// The hosts that are known, or were asked for, on an interface.
    public static func neighbours(_ family: AddressFamily, on interface: InterfaceIndex) throws -> [Neighbour] {
        let empty = [UInt8](repeating: 0, count: MemoryLayout<ndmsg>.size - 1)
        var request = NetlinkRequest(
            type: UInt16(RTM_GETNEIGH),
            flags: NLM_F_DUMP,
            header: [family.kernelValue] + empty
        )
        request.append(UInt32(NDA_IFINDEX), hostBytes(interface.number))
        var neighbours: [Neighbour] = []
        var socket = try NetlinkSocket(.route)
        try socket.exchange(request, operation: "list the neighbours on interface \(interface.number)") {
            (type, payload) throws(DecodingError) in
            guard Int(type) == RTM_NEWNEIGH, let neighbour = try Neighbour(decoding: payload) else { return }
            if neighbour.interface == interface { neighbours.append(neighbour) }
        }
        return neighbours
    }
}

extension RouteWriter {
    /// Lets the kernel ask on a link who has an address (ARP, neighbour discovery), as it does before it sends there.
    public static func ask(for address: IPAddress, on link: InterfaceIndex) throws {
        let request = neighbour(RTM_NEWNEIGH, NLM_F_CREATE, address, link, state: NUD_NONE, flags: NTF_USE)
        try send(request, "ask for \(address) on interface \(link.number)")
    }

    /// Writes down where a neighbour is, so that nobody has to ask.
    public static func add(_ address: IPAddress, at hardware: [UInt8], on link: InterfaceIndex) throws {
        var request = neighbour(RTM_NEWNEIGH, NLM_F_CREATE, address, link, state: NUD_PERMANENT, flags: 0)
        request.append(UInt32(NDA_LLADDR), hardware)
        try send(request, "write down the neighbour \(address) on interface \(link.number)")
    }

    /// Forgets a neighbour.
    public static func forget(_ address: IPAddress, on link: InterfaceIndex) throws {
        try send(
            neighbour(RTM_DELNEIGH, 0, address, link, state: NUD_NONE, flags: 0),
            "forget the neighbour \(address) on interface \(link.number)"
        )
    }

    private static func neighbour(
        _ type: Int,
        _ flags: Int32,
        _ address: IPAddress,
        _ link: InterfaceIndex,
        state: Int32,
        flags neighbourFlags: Int32
    ) -> NetlinkRequest {
        // struct ndmsg: family, padding, interface, state, flags, type.
        let header: [UInt8] = [address.family.kernelValue, 0, 0, 0] + hostBytes(link.number)
        var request = NetlinkRequest(
            type: UInt16(type),
            flags: flags,
            header: header + hostBytes(UInt16(state)) + [UInt8(neighbourFlags), 0]
        )
        request.append(UInt32(NDA_DST), address.networkBytes)
        return request
    }
}
