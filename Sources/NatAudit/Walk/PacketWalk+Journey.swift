public import NetlinkBridge

extension PacketWalk {
    /// A packet's whole way through the host.
    public struct Journey: Sendable {
        /// What may become of it, in the order in which the kernel meets it; one alone is certain, of several none is.
        public let outcomes: [WalkOutcome]
        /// The ways that were asked for and are not in the table.
        public let unanswered: Set<RouteQuery>
        /// The destinations by which the rules on the way tell packets apart, where the walk notes them.
        let destinations: Set<DestinationName>
    }

    /// How often a packet may be sent another way before it is followed no further.
    public static let maximumDetours = 4

    /// Follows a packet from its arrival, or from the socket of the host's own, to its departure.
    ///
    /// The host's own packet has its source and out-interface already, as the routing tables chose them.
    public func journey(of packet: Packet, by ways: WayTable) -> Journey {
        var guide = Guide(context: context, ways: ways)
        let start = Traveller(packet, Flow(of: packet, .notYet))
        if context.host?.isOfVRF(packet.inInterface) == true {
            // It meets the chains of prerouting twice, the second time as if it came in by the VRF (`vrf_l3_rcv`).
            let outcome = WalkOutcome(.unknown("what comes in by a VRF is not followed"), of: start)
            return Journey(outcomes: [outcome], unanswered: [], destinations: [])
        }
        let outcomes = packet.inInterface == .none ? guide.leave(start) : guide.cross(start)
        return Journey(outcomes: outcomes, unanswered: guide.unanswered, destinations: guide.destinations)
    }

    /// The same walk, which tells of the rules too that do nothing with the packet.
    public var tellingAll: PacketWalk {
        var walk = self
        walk.context.tellsAll = true
        return walk
    }

    /// The same walk, which notes by which destinations rules tell packets apart.
    var namingDestinations: PacketWalk {
        var walk = self
        walk.context.namesDestinations = true
        return walk
    }

    /// The same, with ways that are asked for as they are needed.
    public func journey<Failure: Error>(
        of packet: Packet,
        by ways: WayTable = WayTable(),
        asking: (RouteQuery) throws(Failure) -> RouteAnswer
    ) throws(Failure) -> Journey {
        var ways = ways
        var journey = journey(of: packet, by: ways)
        for _ in 0..<Self.maximumDetours where !journey.unanswered.isEmpty {
            for query in journey.unanswered { ways.answers[query] = try asking(query) }
            journey = self.journey(of: packet, by: ways)
        }
        return journey
    }
}
