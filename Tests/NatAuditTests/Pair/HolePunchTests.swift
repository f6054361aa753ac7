import Testing

@testable import NatAudit

/// The rule by which two NATs are judged, against NATs that are simulated packet by packet.
struct HolePunchTests {
    private struct Kind {
        let mapping, filtering: MappingBehavior
        let yields: Bool

        func simulated(_ address: Int) -> SimulatedNAT {
            SimulatedNAT(address, mapping, filtering, remembersRefused: yields)
        }

        var judged: HolePunch.NAT {
            HolePunch.NAT(
                isIndependent: mapping == .endpointIndependent,
                filtering: filtering,
                yieldsToFirst: yields
            )
        }
    }

    private static let kinds = MappingBehavior.allCases.flatMap { mapping in
        MappingBehavior.allCases.flatMap { filtering in
            [false, true].map { Kind(mapping: mapping, filtering: filtering, yields: $0) }
        }
    }

    @Test func everyPairFaresAsSimulated() {
        var (direct, relayed) = (0, 0)
        for a in Self.kinds {
            for b in Self.kinds {
                for (first, order) in HolePunch.Order.allCases.enumerated() {
                    let pair = SimulatedPair(nats: [a.simulated(1), b.simulated(2)])
                    let connects = pair.connects(first: first)
                    #expect(
                        HolePunch.connects(a.judged, b.judged, first: order) == connects,
                        "M=\(a.mapping) F=\(a.filtering) y=\(a.yields) | M=\(b.mapping) F=\(b.filtering) y=\(b.yields) \(order)"
                    )
                    if connects { direct += 1 } else { relayed += 1 }
                }
            }
        }
        #expect(direct + relayed == 18 * 18 * 2 && direct > 100 && relayed > 100)
    }

    /// What the field says (RFC 5128 section 3.3, Tailscale's words): what holds for NATs as they are.
    @Test func theWellKnownPairs() {
        func nat(_ isEasy: Bool, _ filtering: MappingBehavior = .addressAndPortDependent) -> HolePunch.NAT {
            HolePunch.NAT(isIndependent: isEasy, filtering: filtering, yieldsToFirst: false)
        }
        for order in HolePunch.Order.allCases {
            #expect(HolePunch.connects(nat(true), nat(true), first: order))
            #expect(!HolePunch.connects(nat(true), nat(false), first: order))
            #expect(!HolePunch.connects(nat(false), nat(false), first: order))
            #expect(HolePunch.connects(nat(true, .addressDependent), nat(false), first: order))
            #expect(HolePunch.connects(nat(true, .endpointIndependent), nat(false), first: order))
        }
    }
}
