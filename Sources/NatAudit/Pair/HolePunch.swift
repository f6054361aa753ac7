/// Whether two sockets behind NATs can reach each other by UDP hole punching: each has learnt where a third party sees it
/// (STUN), tells the other, and both send there (RFC 8445, RFC 4787, draft-ietf-behave-p2p-state).
struct HolePunch {
    /// One side's NAT, as far as it matters for one peer.
    struct NAT: Hashable {
        /// Tells whether the peer sees the address and port that a third party saw (endpoint-independent mapping).
        let isIndependent: Bool
        /// From whom packets come in by a mapping (RFC 4787 section 5).
        let filtering: MappingBehavior
        /// Tells whether a packet of the peer that comes first makes the mapping towards that peer another one, as the entry
        /// does that Linux keeps of a packet which nothing drops.
        let yieldsToFirst: Bool
    }

    /// Which side's first packet arrives before the other side has sent.
    enum Order: CaseIterable {
        case a, b
    }

    /// Tells whether packets get through in both directions in the end.
    ///
    /// Each side answers where packets come from, so that it is enough that one side hears the other and its answers get
    /// back. A side hears the other where its filter lets in everybody, or where it sends from the port that was announced,
    /// and the filter asks for no more than the address, or the other sends from its announced port too.
    static func connects(_ a: NAT, _ b: NAT, first: Order) -> Bool {
        let wayA = Way(a, afterPacketOf: first == .b ? b : nil)
        let wayB = Way(b, afterPacketOf: first == .a ? a : nil)
        return wayA.hears(wayB) && wayB.lets(inAnswersOf: wayA) || wayB.hears(wayA) && wayA.lets(inAnswersOf: wayB)
    }

    /// A NAT towards one peer, after what that sent first.
    private struct Way {
        let filtering: MappingBehavior
        /// Tells whether packets to the announced port of the peer leave from the own announced port.
        let isAnnounced: Bool
        /// Tells whether answers to where the peer is heard from do.
        let answersAnnounced: Bool

        init(_ nat: NAT, afterPacketOf peer: NAT?) {
            filtering = nat.filtering
            // A packet that is let in leaves no entry of its own; another one takes the tuple with the port that it came from.
            let isTaken = peer != nil && nat.yieldsToFirst && nat.filtering != .endpointIndependent
            isAnnounced = nat.isIndependent && !(isTaken && peer?.isIndependent == true)
            answersAnnounced = nat.isIndependent && !isTaken
        }

        func hears(_ peer: Way) -> Bool {
            switch filtering {
            case .endpointIndependent: true
            case .addressDependent: isAnnounced
            case .addressAndPortDependent: isAnnounced && peer.isAnnounced
            }
        }

        /// Tells whether answers get in where this side sent from.
        func lets(inAnswersOf peer: Way) -> Bool { filtering != .addressAndPortDependent || peer.answersAnnounced }
    }
}
