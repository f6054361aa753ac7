import NatAudit
import NetlinkBridge

/// Many endpoints.
extension EasyScene {
    /// 30 clients own a thousand ports each; 60 sockets of another one are on such ports, and none of them may be moved to a
    /// port that is owned.
    func owners(of ports: Range<Int>, _ design: Design, _ table: EasyTable) throws -> Observation {
        try load(design, table)
        try setFlowTimeout(120)
        for (number, first) in stride(from: ports.lowerBound, to: ports.upperBound, by: 1000).enumerated() {
            try flood(from: .v4(0x0A00_0201 + UInt32(number)), ports: first..<first + 1000)
        }
        var bad: [String] = []
        for number in 0..<60 {
            let seen = try seen(client(3, UInt16(ports.lowerBound + 487 * number)), at: [10, 11, 12])
            if steady(seen).map({ ports.contains(Int($0)) }) ?? true { bad.append(shown(seen)) }
        }
        return Observation(bad.isEmpty, "\(bad.count) of 60 bad: \(bad.prefix(3).joined(separator: "; "))")
    }

    /// There is room for a thousand mappings, one client has one, and 1,500 sockets that send once come before another.
    func fullTable(_ design: Design, _ table: EasyTable) throws -> Observation {
        var table = table
        table.limits.endpoints = 1000
        try load(design, table)
        let old = try client(2, 50000)
        let before = try seen(old, at: 10)
        try flood(from: Self.client(10), ports: 20000..<21500)
        let new = try client(3, 50001)
        let first = try seen(new, at: 10)
        try disturb(from: 11, at: first)
        let ports = try [first] + seen(new, at: [11, 12])
        guard steady(ports) != nil else { return Observation(false, shown(ports)) }
        let heard = try hears(new, server: 11, at: first)
        let kept = try [before] + seen(old, at: [11, 13])
        return Observation(heard && steady(kept) != nil, "\(shown(ports)), heard \(heard); old \(shown(kept))")
    }

    /// One client opens many sockets; two others on one port meet then.
    func crowded(_ design: Design, _ table: EasyTable, _ ports: Range<Int>, to port: UInt16) throws -> Observation {
        try load(design, table)
        try flood(from: Self.client(10), ports: ports, to: port)
        let crossing = try crossed(52000)
        return Observation(crossing.isSteady, crossing.words)
    }
}
