import NetlinkBridge
import Testing

@testable import NatAudit

/// Interfaces of a VRF, whose packets meet the chains of prerouting twice (`vrf_l3_rcv` in drivers/net/vrf.c).
struct WalkVRFTests {
    @Test(arguments: ["vrf", "bridge"])
    func whatComesInByAVRFIsNotFollowed(_ kind: String) {
        let links = [
            Link(index: InterfaceIndex(2), name: "lan0", master: InterfaceIndex(4)),
            Link(index: InterfaceIndex(4), name: "v", kind: KernelName(kind)),
        ]
        let walk = PacketWalk(
            ruleset: Ruleset(chains: [], sets: []),
            links: links,
            addresses: [],
            filtersBridges: false
        )
        let journey = walk.journey(of: WalkScene.forwarded, by: WayTable())
        let ends = journey.outcomes.map(\.end)
        #expect((ends == [.unknown("what comes in by a VRF is not followed")]) == (kind == "vrf"), "\(ends)")
    }
}
