import NetlinkBridge

/// A packet that is sent for real and followed through the rules.
struct RandomPacket: CustomStringConvertible {
    var kind = FlowKind.udp
    /// A client's address; nil for the host's own packet.
    let source: IPAddress?
    /// The port; of an echo request its identifier.
    let sourcePort: UInt16
    let destination: IPAddress
    /// The port; an echo request has none.
    let destinationPort: UInt16

    var description: String {
        "\(kind) \(source.map { "\($0)" } ?? "host"):\(sourcePort) to \(destination):\(destinationPort)"
    }

    /// Packets that differ in their source ports, so that no flow stands in another's way.
    static func packets(
        _ count: Int,
        _ family: AddressFamily,
        of kinds: [FlowKind] = [.udp, .udp, .tcp, .tcp, .echo],
        using random: inout SplitMix64
    ) -> [RandomPacket] {
        (0..<count).map { number in
            let isOwn = Int.random(in: 0..<4, using: &random) == 0
            func address(of addresses: [String]) -> IPAddress {
                TwinAddress.address(addresses.randomElement(using: &random) ?? "192.0.2.10", family)
            }
            return RandomPacket(
                kind: kinds.randomElement(using: &random) ?? .udp,
                source: isOwn ? nil : address(of: DifferentialLab.clients),
                sourcePort: UInt16(20_000 + number * 997 + Int.random(in: 0..<900, using: &random)),
                destination: address(of: DifferentialLab.destinations),
                destinationPort: DifferentialLab.ports.randomElement(using: &random) ?? 53
            )
        }
    }
}

/// Steele, Lea and Flood's SplitMix64: small, seeded, and the same on every machine.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
