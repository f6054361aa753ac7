import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// A laboratory with STUN servers, a folder for undo records, and the built command for its NAT host.
final class FixLab: Sendable {
    let lab: NATLab
    /// Answers at the three server addresses, and at one more port of the first.
    let servers: RunningSTUNServer
    /// The folder of NATAUDIT_STATE, removed in the end.
    let state: URL

    var nat: LabHost { lab.nat }

    init(_ rule: NATRule? = nil, forwarding: LabHost.Forwarding = .on) throws {
        lab = try NATLab(forwarding: forwarding)
        servers = try lab.answerSTUN(ports: [3478, 3479])
        state = FileManager.default.temporaryDirectory.appending(path: "nataudit-\(UUID().uuidString)")
        try rule?.load(on: lab.nat)
    }

    deinit { try? FileManager.default.removeItem(at: state) }

    /// The options of a fix that is proven from the first client.
    var proven: [String] { lab.probing }

    /// Runs `nataudit fix --masquerade --yes`, proven from the first client unless `proof` says otherwise.
    func fix(_ arguments: String..., proof: [String]? = nil) throws -> ToolRun {
        try nataudit(["fix", "--masquerade", "--yes", "--format", "json"] + arguments + (proof ?? proven))
    }

    /// Runs `nataudit undo --yes`.
    func undo() throws -> ToolRun { try nataudit(["undo", "--yes", "--format", "json"]) }

    /// Runs the command in the NAT host.
    func nataudit(_ arguments: [String], through prefix: [String] = []) throws -> ToolRun {
        try Program.run(arguments, in: nat.namespace, through: prefix, environment: environment)
    }

    /// What the command finds in its environment.
    var environment: [String: String] { ["NATAUDIT_STATE": state.path(percentEncoded: false)] }

    /// The file that a fix of the NAT host locks.
    var lock: String {
        state.appending(path: "\(nat.namespace.identity).lock").path(percentEncoded: false)
    }

    /// Tells whether a process holds that lock.
    func isLocked() throws -> Bool {
        guard FileManager.default.fileExists(atPath: lock) else { return false }
        guard let free = try FileLock(path: lock) else { return true }
        withExtendedLifetime(free) {}
        return false
    }

    /// The undo records that are kept.
    func records() throws -> [URL] {
        guard FileManager.default.fileExists(atPath: state.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(at: state, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "json" }
    }
}

extension FixLab {
    /// What three servers, and another port of the first, see as the source of one client socket; none of them is a STUN
    /// server, so that any bytes do.
    func sources(of client: LabSocket, at servers: [LabSocket]? = nil) throws -> [Endpoint] {
        try (servers ?? listeners()).map { server in
            try client.send([1], to: server.local)
            let datagram = try #require(try server.receive(within: .seconds(2)))
            try server.send([2], to: datagram.source)
            #expect(try #require(try client.receive(within: .seconds(2))).bytes == [2])
            return datagram.source
        }
    }

    /// Sockets at the three server addresses, and a second one at the first.
    ///
    /// Their ports are the kernel's choice: one that was just closed may still be held by a child process of another
    /// test that is about to start.
    func listeners() throws -> [LabSocket] {
        try (LabAddress.servers + LabAddress.servers.prefix(1)).map { try lab.servers.socket($0, port: 0) }
    }

    /// Checks that one client socket keeps its port at four servers, or, where it is not to, that it does not.
    func expectKept(
        _ isKept: Bool = true,
        from address: IPAddress = LabAddress.clientA,
        port: UInt16,
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let host = address == LabAddress.clientA ? lab.clientA : lab.clientB
        let seen = try sources(of: try host.socket(address, port: port))
        #expect(seen.allSatisfy { $0.address == LabAddress.nat }, sourceLocation: location)
        if isKept {
            #expect(seen.map(\.port) == [port, port, port, port], sourceLocation: location)
        } else {
            // Of four draws from 64,512 ports two agree once in 10,750 times; that alone is no failure.
            #expect(Set(seen.map(\.port)).count > 2, sourceLocation: location)
        }
    }
}
