import NatAudit
import NetlinkBridge

/// Something that happens to a NAT host.
enum ModelStep: Sendable {
    /// A client sends to a server, which answers.
    case send(Endpoint, Endpoint)
    /// A client asks a name server (RFC 1035), once.
    case query(Endpoint)
    /// A server to which a client may have sent sends to the client's mapping.
    case answer(Endpoint, Endpoint)
    /// A server sends to an external port that it may not know from anybody.
    case stranger(Endpoint, UInt16)
    /// A server sends to the mapping of a client, before the client has sent to it.
    case peerFirst(Endpoint, Endpoint)
    /// A socket of the host sends, and hears the answer; it is opened where it is not yet.
    case hostSends(UInt16, Endpoint)
    /// A socket of the host hears a server.
    case hostHears(UInt16, Endpoint)
    case hostCloses(UInt16)
    /// Somebody's rules are loaded again, which have nothing to do with the mapping.
    case reload(Int)
    /// The flows of a client's socket are removed from conntrack.
    case forget(Endpoint)
    /// A client's socket is closed, and opened again on the same port.
    case reopen(Endpoint)
    /// Nobody says anything until all flows have expired.
    case silence
}

/// What is done to a NAT host, one step after the other, the same for the same seed.
struct ModelScript: Sendable {
    /// Sockets of the host that are there before the mapping.
    let services: [UInt16]
    let steps: [ModelStep]

    /// Everybody's favourite ports, and ports of the host's services among them.
    private static let favourites: [UInt16] = [41641, 51820, 500, 5353]

    init(seed: UInt64, steps count: Int) {
        var random = SplitMix64(seed: seed)
        func other() -> UInt16 { UInt16.random(in: 1024...65535, using: &random) }
        // So many that clients come for the first time until the end, and so few that they meet.
        let ports = Self.favourites + (0..<(6 + min(count, 4000) / 40)).map { _ in other() }
        services = [51820, 500] + (0..<2).map { _ in other() }
        let late = services + (0..<4).map { _ in other() }
        func pick<Element>(_ elements: [Element]) -> Element {
            elements[Int.random(in: elements.indices, using: &random)]
        }
        func client(_ part: Double) -> Endpoint {
            // The ports come into use one after the other; most of what happens is about the newest.
            let known = max(6, Int(Double(ports.count) * part))
            let oldest = Int.random(in: 0..<10, using: &random) < 7 ? known - 6 : 0
            return Endpoint(
                address: EasyScene.client(Int.random(in: 2...8, using: &random)),
                port: ports[Int.random(in: oldest..<known, using: &random)]
            )
        }
        func server() -> Endpoint {
            EasyScene.server(Int.random(in: 10...13, using: &random), pick([3478, 5000]))
        }
        var steps: [ModelStep] = []
        for number in 0..<count {
            let part = Double(number + 1) / Double(count)
            switch Int.random(in: 0..<1000, using: &random) {
            case ..<400: steps.append(.send(client(part), server()))
            case ..<490: steps.append(.query(client(part)))
            case ..<590: steps.append(.answer(client(part), server()))
            case ..<680: steps.append(.stranger(server(), pick(ports)))
            case ..<760: steps.append(.peerFirst(client(part), server()))
            case ..<800: steps.append(.hostSends(pick(late), server()))
            case ..<840: steps.append(.hostHears(pick(late), server()))
            case ..<855: steps.append(.hostCloses(pick(late)))
            case ..<880: steps.append(.reload(number))
            case ..<940: steps.append(.forget(client(part)))
            case ..<995: steps.append(.reopen(client(part)))
            default: steps.append(.silence)
            }
        }
        self.steps = steps
    }
}
