import NatAudit
import NetlinkBridge

/// What clients do.
extension ModelRun {
    mutating func send(_ client: Endpoint, _ server: Endpoint, claims: Bool = true) throws {
        let socket = try socket(client)
        let listener = try scene.listener(server)
        let expected = model.mappings[client] ?? client.port
        let holder = try entry(expected, server)
        let isHasty = isHasty(client, expected, server, isNew: holder?.original.source != client)
        var isExcused = try isHasty || (model.hostPorts[expected] != nil && isHeld(expected, server))
        if isExcused { tally.excused += 1 }
        if isHasty { tally.hasty += 1 }
        var seen: Endpoint?
        // Towards a peer to which the host holds the port two packets may be lost before there is another one.
        for _ in 0..<(isExcused ? 4 : 1) where seen == nil {
            let tag = EasyScene.tag()
            try socket.send(tag, to: server)
            seen = try listener.source(of: tag, within: isExcused ? .milliseconds(500) : .seconds(2))
        }
        guard let seen else { return faults.append("\(client) is not heard") }
        tally.sent += 1
        guard seen.address == EasyScene.outside else { return faults.append("\(client) is seen from \(seen)") }
        let isOthers = holder.map { $0.original.source != client } ?? false
        if !claims, isOthers || model.mappings[client] == nil { astray.insert(client) }
        if !claims, astray.contains(client) { isExcused = true }
        if claims || model.mappings[client] != nil {
            if let fault = model.see(client, from: seen.port, isExcused: isExcused) {
                faults.append("\(client) \(fault)")
            }
        }
        let tag = EasyScene.tag()
        try listener.send(tag, to: seen)
        guard try socket.source(of: tag) == server else { return faults.append("\(client) does not hear the answer") }
        tally.answered += 1
    }

    /// Tells whether an endpoint with another port than its own begins one flow more often than the table can tell from the
    /// repetitions of packets that got lost: a fourth time within a minute.
    private mutating func isHasty(_ client: Endpoint, _ port: UInt16, _ server: Endpoint, isNew: Bool) -> Bool {
        guard isNew, port != client.port || model.hostPorts[port] != nil else { return false }
        let now = ContinuousClock.now
        let recent = beginnings[[client, server], default: []].filter { now - $0 < .seconds(60) }
        beginnings[[client, server]] = recent + [now]
        return recent.count >= 3
    }

    mutating func answer(_ client: Endpoint, _ server: Endpoint) throws {
        guard let port = model.mappings[client], let entry = try entry(port, server),
            entry.original.source == client, entry.timeout ?? 0 > 0
        else { return }
        let tag = EasyScene.tag()
        try scene.listener(server).send(tag, to: Endpoint(address: EasyScene.outside, port: port))
        guard try socket(client).source(of: tag) == server else { return faults.append("\(client) does not hear") }
        tally.answered += 1
    }

    mutating func disturb(_ server: Endpoint, _ port: UInt16) throws {
        if try entry(port, server) == nil { tally.unsolicited += 1 }
        try scene.listener(server).send([0], to: Endpoint(address: EasyScene.outside, port: port))
        try scene.settle(scene.servers)
    }

    mutating func socket(_ client: Endpoint) throws -> SceneSocket {
        if let socket = clients[client] { return socket }
        let socket = try again { try SceneSocket.open(client, on: scene.clients) }
        clients[client] = socket
        return socket
    }
}
