internal import NetlinkBridge

/// A packet at one point of its way, and what had to be true for it to get there as it is.
struct Traveller {
    var packet: Packet
    var flow: Flow
    /// The interface that it goes out by behind the hook; nil where that is the packet's own.
    ///
    /// A packet that is routed again at output has its old out-interface for all that is left of that hook
    /// (`nf_hook_state` is made once for each hook).
    var laterInterface: Packet.Interface?
    /// The next hop of its way; nil where that is not known.
    var nextHop: IPAddress?
    /// What is taken to be true, in words.
    var conditions: [String] = []
    /// The chains and rules that it came by.
    var steps: [WalkStep] = []
    /// Tells whether what it is to become is not known, which may be a translation as well.
    var isLost = false
    /// Tells whether other rules may have led to the same, so that the steps are those of one way among several.
    var hasOtherSteps = false

    init(_ packet: Packet, _ flow: Flow) {
        self.packet = packet
        self.flow = flow
    }

    /// The same packet under more conditions.
    func assuming(_ more: [String]) -> Traveller {
        var traveller = self
        traveller.conditions += more
        return traveller
    }

    /// The same packet one step later.
    func after(_ step: WalkStep) -> Traveller {
        var traveller = self
        traveller.steps.append(step)
        return traveller
    }

    /// Tells whether rules cannot tell one from the other; by the next hop `masquerade` may.
    func isLike(_ other: Traveller) -> Bool {
        packet == other.packet && flow == other.flow && laterInterface == other.laterInterface
            && nextHop == other.nextHop
    }

    /// The same packet behind the hook.
    var behindHook: Traveller {
        guard let laterInterface else { return self }
        var traveller = self
        traveller.packet.outInterface = laterInterface
        traveller.laterInterface = nil
        return traveller
    }

    /// Travellers, each kind of packet once: ways that lead to the same hold under what they have in common.
    static func merged(_ travellers: [Traveller]) -> [Traveller] {
        guard travellers.count > 1 else { return travellers }
        var result: [Traveller] = []
        for traveller in travellers {
            if let index = result.firstIndex(where: { $0.isLike(traveller) }) {
                result[index].conditions = common(result[index].conditions, traveller.conditions)
                result[index].hasOtherSteps = true
            } else {
                result.append(traveller)
            }
        }
        return result
    }

    /// What two ways have in common: the conditions before they parted.
    static func common(_ one: [String], _ other: [String]) -> [String] {
        Array(zip(one, other).prefix { $0 == $1 }.map(\.0))
    }
}
