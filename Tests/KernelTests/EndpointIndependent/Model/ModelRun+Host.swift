import NatAudit
import NetlinkBridge

/// What the host and those who look after it do.
extension ModelRun {
    @discardableResult
    mutating func open(_ port: UInt16) throws -> SceneSocket {
        if let socket = services[port] { return socket }
        let socket = try again { try scene.host(port) }
        services[port] = socket
        model.hostOpens(port)
        return socket
    }

    mutating func hostSends(_ port: UInt16, _ server: Endpoint) throws {
        let socket = try open(port)
        let isClients = try entry(port, server).map { !isHosts($0) } ?? false
        let listener = try scene.listener(server)
        let tag = EasyScene.tag()
        try socket.send(tag, to: server)
        let seen = try listener.source(of: tag)
        model.hostSends(port)
        if seen?.port != port, !isClients { faults.append("the host's \(port) is seen from \(shown([seen?.port]))") }
        guard let seen else { return }
        let reply = EasyScene.tag()
        try listener.send(reply, to: seen)
        if try socket.source(of: reply) == nil { faults.append("the host's \(port) does not hear the answer") }
    }

    mutating func hostHears(_ port: UInt16, _ server: Endpoint) throws {
        let socket = try open(port)
        if try entry(port, server).map({ !isHosts($0) }) ?? false { return }
        let tag = EasyScene.tag()
        try scene.listener(server).send(tag, to: Endpoint(address: EasyScene.outside, port: port))
        if try socket.source(of: tag) == nil { faults.append("the host's \(port) does not hear \(server)") }
    }

    func reload(_ number: Int) throws {
        let chains = [
            "chain c { type filter hook forward priority 0; counter; }",
            "chain c { type nat hook prerouting priority -90; udp dport 1 redirect; }",
            "chain c { type nat hook postrouting priority 200; oifname nobody masquerade; }",
        ]
        let text =
            "table ip foreign {}\ndelete table ip foreign\ntable ip foreign { \(chains[number % chains.count]); }\n"
        try scene.nat.require("nft", "-f", "-", input: text)
    }

    func forget(_ client: Endpoint) throws {
        try scene.nat.namespace.perform {
            _ = try ConntrackTable.delete(
                ConntrackTable.entries(family: .ip, protocol: 17) { $0.original.source == client }
            )
        }
    }

    /// The flow to which a server's packet to an external port belongs; nil where there is none.
    func entry(_ port: UInt16, _ server: Endpoint) throws -> ConntrackEntry? {
        let packet = ConntrackTuple(
            source: server,
            destination: Endpoint(address: EasyScene.outside, port: port),
            protocolNumber: 17
        )
        return try scene.nat.namespace.perform { try ConntrackTable.entry(eitherWay: packet) }
    }

    /// Tells whether the host itself holds an external port towards a server.
    func isHeld(_ port: UInt16, _ server: Endpoint) throws -> Bool {
        try entry(port, server).map(isHosts) ?? false
    }

    private func isHosts(_ entry: ConntrackEntry) -> Bool {
        [entry.original.source.address, entry.reply.source.address].contains(EasyScene.outside)
    }

    /// Opens a socket on a port that a program which is about to start may still hold.
    func again(_ open: () throws -> SceneSocket) throws -> SceneSocket {
        for _ in 0..<200 {
            if let socket = try? open() { return socket }
            try pause(until: .now + .milliseconds(10))
        }
        return try open()
    }
}
