@testable import NatAudit

/// A NAT that keeps mappings and filters packet by packet, as RFC 4787 sections 4.1 and 5 define them.
///
/// One client with one socket is behind it. Addresses are numbers: what matters is which are equal.
final class SimulatedNAT {
    /// An address and a port.
    struct Place: Hashable {
        let address: Int
        let port: Int
    }

    let mapping: MappingBehavior
    let filtering: MappingBehavior
    /// Whether a packet that is not let in leaves an entry that keeps its port from being used towards its sender (Linux
    /// with an open input path).
    let remembersRefused: Bool
    let address: Int

    private var ports: [[Int]: Int] = [:]
    private var sent: [Int: Set<Place>] = [:]
    private var refused: Set<[Int]> = []
    private var nextPort = 1000

    init(_ address: Int, _ mapping: MappingBehavior, _ filtering: MappingBehavior, remembersRefused: Bool) {
        (self.address, self.mapping, self.filtering, self.remembersRefused) = (
            address, mapping, filtering, remembersRefused
        )
    }

    /// Sends to a place; returns where the packet comes from out there.
    func send(to place: Place) -> Place {
        let key =
            switch mapping {
            case .endpointIndependent: [0]
            case .addressDependent: [place.address]
            case .addressAndPortDependent: [place.address, place.port]
            }
        var port = ports[key] ?? newPort()
        ports[key] = ports[key] ?? port
        if refused.contains([port, place.address, place.port]) {
            // The tuple is taken: towards this place another port, from now on.
            let own = [-1, place.address, place.port]
            port = ports[own] ?? newPort()
            ports[own] = port
        }
        sent[port, default: []].insert(place)
        return Place(address: address, port: port)
    }

    /// Tells whether a packet gets in to the client.
    func lets(in source: Place, to port: Int) -> Bool {
        guard let known = sent[port] else { return false }
        let isLetIn =
            switch filtering {
            case .endpointIndependent: true
            case .addressDependent: known.contains { $0.address == source.address }
            case .addressAndPortDependent: known.contains(source)
            }
        if !isLetIn, remembersRefused { refused.insert([port, source.address, source.port]) }
        return isLetIn
    }

    private func newPort() -> Int {
        nextPort += 1
        return nextPort
    }
}

/// Two clients that try to connect: each sends to where a server saw the other, and to where it hears the other from.
struct SimulatedPair {
    let nats: [SimulatedNAT]

    /// Tells whether both hear each other after some rounds, where one side's first packet arrives before the other sends.
    func connects(first: Int) -> Bool {
        let server = SimulatedNAT.Place(address: 99, port: 3478)
        let announced = nats.map { $0.send(to: server) }
        var targets: [Set<SimulatedNAT.Place>] = [[announced[1]], [announced[0]]]
        var heard = [false, false]
        for _ in 0..<5 {
            for side in [first, 1 - first] {
                let other = 1 - side
                for target in targets[side] {
                    let source = nats[side].send(to: target)
                    guard target.address == nats[other].address, nats[other].lets(in: source, to: target.port) else {
                        continue
                    }
                    heard[other] = true
                    targets[other].insert(source)
                }
            }
        }
        return heard == [true, true]
    }
}
