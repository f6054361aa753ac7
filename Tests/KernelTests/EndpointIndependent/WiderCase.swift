import NatAudit
import NetlinkBridge
import Testing

/// What else of a network a translation has to live with.
enum WiderCase: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case severalLinks, changedAddress, fragments, icmpErrors, tcp, hostServices, othersQueries, queriesBeforeClaim,
        lateService

    /// Tells whether plain `masquerade` is good enough.
    var plainHolds: Bool {
        switch self {
        case .fragments, .icmpErrors, .tcp: true
        case .severalLinks, .changedAddress, .hostServices, .othersQueries, .queriesBeforeClaim, .lateService:
            false
        }
    }

    var testDescription: String { rawValue }

    /// Tries it in a new scene.
    func observe(_ design: Design) throws -> Observation {
        let scene = try EasyScene()
        return try withExtendedLifetime(scene) {
            switch self {
            case .severalLinks: try scene.severalLinks(design)
            case .changedAddress: try scene.changedAddress(design)
            case .fragments: try scene.fragments(design)
            case .icmpErrors: try scene.icmpErrors(design)
            case .tcp: try scene.tcp(design)
            case .hostServices: try scene.hostServices(design)
            case .othersQueries: try scene.othersQueries(design)
            case .queriesBeforeClaim: try scene.queriesBeforeClaim(design)
            case .lateService: try scene.lateService(design)
            }
        }
    }
}
