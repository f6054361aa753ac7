import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// A command that changes a host, and the host on which its system calls are disturbed one after the other.
enum SweepScene: String, CaseIterable, CustomTestStringConvertible {
    /// Forwarding and a table, which are believed.
    case fixInstance, undoInstance
    /// A rule at fault is overtaken, which is proven by two servers.
    case fixRule, undoRule

    var testDescription: String { rawValue }

    /// Tells whether the disturbed command is `undo`.
    var isUndo: Bool { self == .undoInstance || self == .undoRule }

    private var isInstance: Bool { self == .fixInstance || self == .undoInstance }

    /// A host with rules of others, and one interface that forwards already: what undo has to put back is not all one.
    func lab() throws -> FixLab {
        let lab = isInstance ? try FixLab(forwarding: .off) : try FixLab(FixTableTests.rules[0])
        if isInstance { try lab.nat.set(["net/ipv4/conf/lan1/forwarding": "1"]) }
        try lab.nat.require("nft", "-f", "-", input: Self.foreign)
        try lab.nat.require("iptables-legacy", "-t", "mangle", "-A", "FORWARD", "-s", "192.0.2.1", "-j", "ACCEPT")
        return lab
    }

    private static let foreign = """
        table inet other {
            set served { type ipv4_addr; elements = { 192.0.2.7 } }
            chain c { type filter hook forward priority 7; ip saddr @served counter drop; }
        }
        """

    /// The arguments of a fix on such a host.
    func fix(_ lab: FixLab) -> [String] {
        ["fix", "--masquerade", "--yes", "--format", "json"]
            + (isInstance ? NATInstanceTests.named + ["--no-verify"] : lab.provenByTwo)
    }

    /// The arguments of the disturbed command.
    func arguments(_ lab: FixLab) -> [String] {
        isUndo ? ["undo", "--yes", "--format", "json"] : fix(lab)
    }
}

/// A host that is as new before each disturbance, and what there is to disturb.
final class SweepLab: Sendable {
    let scene: SweepScene
    let lab: FixLab
    /// The host without the fix, and with it.
    let old: HostImage
    let planned: HostImage
    /// The system calls of the command's first thread, in order.
    let calls: [String]
    /// The number of the first call that is the program's own, from 1: before it is the loader's work.
    let firstCall: Int

    init(_ scene: SweepScene) throws {
        self.scene = scene
        lab = try scene.lab()
        old = try HostImage(lab.nat)
        let applied = try lab.nataudit(scene.fix(lab))
        try #require(applied.status == 0, "\(applied.errors) \(applied.output)")
        planned = try HostImage(lab.nat)
        try #require(planned != old)
        if !scene.isUndo { try #require(try lab.undo().status == 0) }
        calls = try Self.calls(of: scene.arguments(lab), lab)
        firstCall = try #require(calls.firstIndex(of: "signalfd4")) + 1
        try #require(try HostImage(lab.nat) == (scene.isUndo ? old : planned))
        try #require(try lab.undo().status == 0)
        try #require(try HostImage(lab.nat) == old)
    }

    /// The image that the command finds, and the one that it makes.
    var start: HostImage { scene.isUndo ? planned : old }
    var end: HostImage { scene.isUndo ? old : planned }

    /// Brings the host to where the command begins.
    func prepare() throws {
        guard scene.isUndo else { return }
        let run = try lab.nataudit(scene.fix(lab))
        try #require(run.status == 0, "\(run.errors) \(run.output)")
    }

    /// Brings the host back with an undisturbed `undo`, after which nothing may be left.
    func putBack(_ point: String) throws {
        let undone = try lab.undo()
        #expect(undone.status == 0, "\(point): \(undone.errors)")
        let now = try HostImage(lab.nat)
        // What comes after it would speak of another host.
        try #require(now == old, "\(point): \(now.differences(from: old))")
        // The lock's file is never removed: a process may wait to open it.
        let files = try lab.files()
        #expect(files.allSatisfy { $0.hasSuffix(".lock") }, "\(point): \(files)")
    }

    /// Runs the command under strace(1) with an injection.
    ///
    /// The tracer is a grandchild, so that what ends the command is its own doing.
    func run(injecting injection: String) throws -> ToolRun {
        try lab.nataudit(scene.arguments(lab), through: Self.tracer(injection))
    }

    /// What starts a command with an injection.
    static func tracer(_ injection: String) -> [String] {
        ["strace", "-D", "-f", "-qqq", "-o", "/dev/null", "-e", "inject=\(injection)"]
    }

    private static func calls(of arguments: [String], _ lab: FixLab) throws -> [String] {
        let file = FileManager.default.temporaryDirectory.appending(path: "nataudit-trace-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        _ = try lab.nataudit(arguments, through: ["strace", "-f", "-qqq", "-o", file.path(percentEncoded: false)])
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        let first = try #require(lines.first).prefix { $0 != " " }
        return lines.compactMap { line in
            guard let call = line.firstMatch(of: /^(\d+) +(\w+)\(/), call.1 == first else { return nil }
            return String(call.2)
        }
    }
}

extension FixLab {
    /// The names of all files in the state folder.
    func files() throws -> [String] {
        guard FileManager.default.fileExists(atPath: state.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: state.path).sorted()
    }
}

extension HostImage {
    /// The lines that only one of two images has.
    func differences(from other: HostImage) -> [String] {
        let texts = { (image: HostImage) in (image.rules + image.parameters + image.links).split(separator: "\n") }
        return texts(self).difference(from: texts(other)).map { change in
            switch change {
            case .insert(_, let line, _): "+ \(line)"
            case .remove(_, let line, _): "- \(line)"
            }
        }
    }

    /// The rules without nataudit's own tables.
    var foreignRules: String { rules.replacing(/table (ip|ip6|inet) nataudit \{\n(.*\n)*?\}\n/, with: "") }
}
