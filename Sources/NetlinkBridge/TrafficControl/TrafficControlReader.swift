internal import CShims
internal import Glibc

/// Reads traffic control through rtnetlink, in the network namespace of the calling thread.
///
/// No privilege is needed. Every function throws as those of `RouteReader` do.
public enum TrafficControlReader {
    /// The queueing disciplines of all interfaces, in the kernel's order.
    public static func disciplines() throws -> [QueueingDiscipline] {
        var disciplines: [QueueingDiscipline] = []
        var socket = try NetlinkSocket(.route)
        try socket.exchange(request(RTM_GETQDISC), operation: "list the queueing disciplines") {
            (type, payload) throws(DecodingError) in
            if Int(type) == RTM_NEWQDISC { disciplines.append(try QueueingDiscipline(decoding: payload)) }
        }
        return disciplines
    }

    /// Calls `body` with each filter at these places and the place where it is; nothing is held back, so that memory does
    /// not grow with their number.
    public static func forEachFilter(
        at places: some Sequence<TrafficPlace>,
        _ body: (TrafficPlace, TrafficFilter) -> Void
    ) throws {
        // One socket for all: a node has hundreds of places.
        var socket = try NetlinkSocket(.route)
        for place in places {
            let request = request(RTM_GETTFILTER, interface: place.interface.number, parent: place.hook.parent)
            try socket.exchange(request, operation: "list the traffic filters of interface \(place.interface)") {
                (type, payload) throws(DecodingError) in
                if Int(type) == RTM_NEWTFILTER { body(place, try TrafficFilter(decoding: payload)) }
            }
        }
    }

    /// A dump request with `struct tcmsg`: family and padding, the interface, a handle of 0, the parent, and no more.
    private static func request(_ type: Int, interface: UInt32 = 0, parent: UInt32 = 0) -> NetlinkRequest {
        NetlinkRequest(
            type: UInt16(type),
            flags: NLM_F_DUMP,
            header: [0, 0, 0, 0] + hostBytes(interface) + hostBytes(UInt32(0)) + hostBytes(parent)
                + hostBytes(UInt32(0))
        )
    }
}
