import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// A laboratory whose NAT host runs `nataudit trace --live`.
struct LiveLab: Sendable {
    private let lab: NATLab

    var nat: LabHost { lab.nat }
    var servers: LabHost { lab.servers }
    var clientA: LabHost { lab.clientA }
    var clientB: LabHost { lab.clientB }

    init() throws {
        lab = try NATLab()
        // Conntrack's own table exists from now on, so that it is not the trace that makes it.
        try lab.nat.require("conntrack", "-F")
    }

    /// What the tests read of the JSON.
    struct Output: Decodable {
        let verdict: String
        let outcomes: [Outcome]
        let live: Live

        struct Outcome: Decodable {
            let packet: Packet
        }

        struct Packet: Decodable {
            let sourcePort: UInt16?
        }

        struct Live: Decodable {
            let sent: String
            let agrees: Bool?
            let agreeing: [Int]
            let rules: [Met]
            let end: String
            let conntrack: Tuples?
            let differences: [String]
            let notes: [String]
        }

        struct Met: Decodable {
            let rule: String
            let verdict: String
            let agrees: Bool?
        }

        struct Tuples: Decodable {
            let sent: String
            let left: String
        }
    }

    /// Runs `nataudit trace --live --yes` on the NAT host for its JSON, which the schema has to accept.
    func trace(_ arguments: [String]) throws -> (run: ToolRun, output: Output) {
        let run = try nataudit(["trace", "--live", "--yes", "--format", "json"] + arguments)
        try #require(!run.output.isEmpty, "\(run.errors)")
        try Schema.trace.check([run.output])
        return (run, try JSONDecoder().decode(Output.self, from: Data(run.output.utf8)))
    }

    /// Runs the command on the NAT host.
    func nataudit(_ arguments: [String], through prefix: [String] = []) throws -> ToolRun {
        try Self.withState { folder in
            try Program.run(
                arguments,
                in: nat.namespace,
                through: prefix,
                environment: ["NATAUDIT_STATE": folder]
            )
        }
    }

    /// Lends a folder for NATAUDIT_STATE, which is removed afterwards.
    ///
    /// Each run has one of its own: a child process of another test may hold on to a lock for a moment.
    static func withState<Value>(_ body: (String) throws -> Value) throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "nataudit-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder.path(percentEncoded: false))
    }

    /// What conntrack(8) lists of UDP and TCP on the NAT host.
    func flows() throws -> String {
        try nat.require("conntrack", "-L", "-p", "udp") + nat.require("conntrack", "-L", "-p", "tcp")
    }

    /// Everything that could be left behind: rules, interfaces, queueing disciplines, flows.
    func image() throws -> [String] {
        try [
            nat.require("nft", "-s", "list", "ruleset"), nat.require("sh", "-c", "ip -o link | cut -d: -f1,2"),
            nat.require("tc", "qdisc"), nat.require("ip", "rule"), flows(),
        ]
    }
}
