import NatAudit
import NetlinkBridge

/// A peer sends before the client has sent to it.
extension EasyScene {
    /// The client has a mapping already, as a hole punching client has.
    func inboundAfterMapping(_ design: Design, _ table: EasyTable) throws -> Observation {
        try load(design, table)
        let client = try client(2, 42001)
        let before = try seen(client, at: 10)
        for _ in 0..<2 { try disturb(from: 11, at: before) }
        let ports = try [before, seen(client, at: 11)]
        guard steady(ports) != nil else { return Observation(false, shown(ports)) }
        let heard = try hears(client, server: 11, at: before)
        return Observation(heard, "\(shown(ports)), heard: \(heard)")
    }

    /// The client has sent nothing yet.
    func inboundBefore(_ design: Design, _ table: EasyTable, then servers: [Int]) throws -> Observation {
        try load(design, table)
        try disturb(from: 11, at: 42002)
        let ports = try seen(client(2, 42002), at: servers)
        return Observation(steady(ports) == 42002, shown(ports))
    }

    /// The peer began before the table was loaded, and does not give up.
    func entryOlderThanTable(_ design: Design, _ table: EasyTable) throws -> Observation {
        try load(.plain)
        try disturb(from: 11, at: 42004)
        try load(design, table)
        try disturb(from: 11, at: 42004)
        let ports = try seen(client(2, 42004), at: [11, 10, 12])
        return Observation(steady(ports) == 42004, shown(ports))
    }
}
