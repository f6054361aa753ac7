import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// `nataudit node-check`, run as a plugin of a node's checks would be.
enum NodeCheckRun {
    /// Runs it on a host; whatever came of it, standard output has to be one ASCII line of at most 80 bytes.
    static func run(
        _ host: LabHost,
        _ arguments: [String] = [],
        through prefix: [String] = [],
        environment: [String: String] = [:],
        at location: SourceLocation = #_sourceLocation
    ) throws -> ToolRun {
        let run = try Program.run(
            ["node-check"] + arguments,
            in: host.namespace,
            through: prefix,
            environment: environment
        )
        let bytes = Array(run.output.utf8)
        #expect(bytes.last == 10, "\(run.errors)", sourceLocation: location)
        #expect(bytes.dropLast().count <= 80, "\(run.output)", sourceLocation: location)
        #expect(
            bytes.dropLast().allSatisfy { (0x20...0x7E).contains($0) },
            "\(run.output)",
            sourceLocation: location
        )
        return run
    }

    /// The arguments that name the three servers of a laboratory.
    static let servers = LabAddress.servers.flatMap { ["--stun", "\($0)"] }

    /// What makes a system call of the program wait for so long before it is made, the first time on each thread.
    static func delaying(_ call: String, by delay: Duration) -> [String] {
        let microseconds =
            delay.components.seconds * 1_000_000 + delay.components.attoseconds / 1_000_000_000_000
        return [
            "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
            "inject=\(call):delay_enter=\(microseconds):when=1",
        ]
    }

    /// A folder that is gone afterwards.
    static func inFolder<Value>(_ body: (_ path: String) throws -> Value) throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder.path())
    }

    /// The names in a folder, hidden ones too.
    static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }
}
