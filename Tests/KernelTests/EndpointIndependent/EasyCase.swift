import NatAudit
import NetlinkBridge
import Testing

/// What an application behind a NAT may meet, one situation each.
enum EasyCase: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case fourServers, collision, sixClients, loadedUnderTraffic, clientOnAServicesPort
    case inboundAfterMapping, inboundBeforeClaim, inboundBeforeSecondDestination, entryOlderThanTable
    case hostSockets, hostListens, clientBeforeService, destinationNAT, takenTuple
    case receivesOnly, expiryAndReuse, flowsEnd
    case ownersOfHighPorts, ownersOfLowPorts, fullTable, manySockets, manyQueries

    /// Tells whether plain `masquerade` is good enough.
    var plainHolds: Bool {
        switch self {
        case .fourServers, .sixClients, .loadedUnderTraffic, .clientOnAServicesPort, .hostSockets, .expiryAndReuse: true
        default: false
        }
    }

    var testDescription: String { rawValue }

    /// Tries the situation in a new scene.
    func observe(_ design: Design, _ table: EasyTable = EasyTable()) throws -> Observation {
        let scene = try EasyScene()
        return try withExtendedLifetime(scene) { try observe(scene, design, table) }
    }

    private func observe(_ scene: EasyScene, _ design: Design, _ table: EasyTable) throws -> Observation {
        switch self {
        case .fourServers: try scene.fourServers(design, table)
        case .collision: try scene.collision(design, table)
        case .sixClients: try scene.sixClients(design, table)
        case .loadedUnderTraffic: try scene.loadedUnderTraffic(design, table)
        case .clientOnAServicesPort: try scene.clientOnAServicesPort(design, table)
        case .inboundAfterMapping: try scene.inboundAfterMapping(design, table)
        case .inboundBeforeClaim: try scene.inboundBefore(design, table, then: [11, 10, 12])
        case .inboundBeforeSecondDestination: try scene.inboundBefore(design, table, then: [10, 11, 12])
        case .entryOlderThanTable: try scene.entryOlderThanTable(design, table)
        case .hostSockets: try scene.hostSockets(design, table)
        case .hostListens: try scene.hostListens(design, table)
        case .clientBeforeService: try scene.clientBeforeService(design, table)
        case .destinationNAT: try scene.destinationNAT(design, table)
        case .takenTuple: try scene.takenTuple(design, table)
        case .receivesOnly: try scene.receivesOnly(design, table)
        case .expiryAndReuse: try scene.expiryAndReuse(design, table)
        case .flowsEnd: try scene.flowsEnd(design, table)
        case .ownersOfHighPorts: try scene.owners(of: 32768..<62768, design, table)
        case .ownersOfLowPorts: try scene.owners(of: 2000..<32000, design, table)
        case .fullTable: try scene.fullTable(design, table)
        case .manySockets: try scene.crowded(design, table, 40000..<45000, to: 9999)
        case .manyQueries: try scene.crowded(design, table, 33000..<53000, to: 53)
        }
    }
}
