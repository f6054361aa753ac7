import NetlinkBridge

@testable import NatAudit

/// How the walk did.
struct DifferentialTally: CustomStringConvertible {
    private(set) var pairs = 0
    /// How many there were of each kind, such as `udp over IPv6`.
    private(set) var kinds: [String: Int] = [:]
    private(set) var translated = 0
    private(set) var dropped = 0
    /// How many answers depend, where no condition stands in the rules that nothing decides beforehand.
    private(set) var conditional = 0
    private(set) var disagreements: [String] = []

    var description: String {
        "\(pairs) pairs (\(kinds.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))), "
            + "\(translated) translated, \(dropped) dropped, \(conditional) left open without a reason, "
            + "\(disagreements.count) disagreements"
    }

    mutating func add(
        _ outcomes: [WalkOutcome],
        _ seen: [(place: KernelName, arrival: RawReceiver.Arrival)],
        of packet: RandomPacket,
        _ rules: RandomRules,
        _ name: String
    ) {
        pairs += 1
        kinds["\(packet.kind) over \(rules.family)", default: 0] += 1
        if seen.isEmpty { dropped += 1 }
        if outcomes.contains(where: { if case .translated = $0.end { true } else { $0.destinationRule != nil } }) {
            translated += 1
        }
        if outcomes.count > 1, !rules.holdsUnknowable { conditional += 1 }
        guard outcomes.contains(where: { Self.agrees($0, seen) }) else {
            let what = outcomes.map { "\($0.end) \($0.packet.map { "\($0)" } ?? "") \($0.conditions) \($0.steps)" }
            disagreements.append(
                "\(name), \(packet): foretold \(what.joined(separator: "\n or ")), seen \(seen)\n\(rules)"
            )
            return
        }
    }

    private static func agrees(
        _ outcome: WalkOutcome,
        _ seen: [(place: KernelName, arrival: RawReceiver.Arrival)]
    ) -> Bool {
        switch outcome.end {
        case .dropped, .unroutable: return seen.isEmpty
        case .unknown: return false
        case .delivered, .passed, .translated:
            guard seen.count == 1, let (place, arrival) = seen.first, let packet = outcome.packet else { return false }
            var wanted: KernelName = "lo"
            if case .link(_, let name) = packet.outInterface { wanted = name }
            if outcome.end == .delivered { wanted = "lo" }
            guard place == wanted, arrival.destination.address == packet.destination,
                packet.destinationPort == nil || packet.destinationPort == arrival.destination.port
            else { return false }
            guard isSource(outcome, packet, arrival.source.address) else { return false }
            return packet.sourcePort.map { $0 == arrival.source.port } ?? isInRange(outcome, arrival.source.port)
        }
    }

    /// Of a pool any address may be taken.
    private static func isSource(_ outcome: WalkOutcome, _ packet: Packet, _ address: IPAddress) -> Bool {
        guard packet.isSourceOpen else { return packet.source == address }
        for case .rule(_, let rule, _) in outcome.steps.reversed() {
            guard case .translateSource(let translation)? = rule.statements.last, let pool = translation.addresses.first
            else { continue }
            return IPAddress.range(pool.first, pool.last, limit: 16)?.contains(address) == true
        }
        return false
    }

    private static func isInRange(_ outcome: WalkOutcome, _ port: UInt16) -> Bool {
        // An echo request has an identifier, which the walk leaves open.
        guard case .translated(_, let translation) = outcome.end, outcome.packet?.hasPorts == true else { return true }
        return translation.ports?.contains(port) ?? (port >= 1024)
    }
}

extension Packet {
    /// Tells whether it is of a protocol that has ports.
    fileprivate var hasPorts: Bool { transport == 6 || transport == 17 }
}
