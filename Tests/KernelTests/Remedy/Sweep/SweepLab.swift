import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// A host that is as new before each disturbance, and what there is to disturb.
final class SweepLab: Sendable {
    let scene: SweepScene
    let lab: FixLab
    private let boot: BootLab
    /// The host before anything is done, as the command finds it, and as the command leaves it.
    let old: SweepImage
    let start: SweepImage
    let end: SweepImage
    /// The system calls of the command's first thread, in order.
    let calls: [String]
    /// The number of the first call that is the program's own, from 1: before it is the loader's work.
    let firstCall: Int
    /// The number of the call by which a trial is told to go on without the command; nil where there is none.
    let stayCall: Int?

    init(_ scene: SweepScene) throws {
        self.scene = scene
        let boot = try scene.bootLab()
        self.boot = boot
        lab = boot.fixLab
        old = try SweepImage(boot)
        try Self.prepare(scene, boot)
        start = try SweepImage(boot)
        let trace = try Self.trace(scene, boot)
        end = try SweepImage(boot)
        try #require(start != end)
        calls = try trace.map { try #require(String($0).firstMatch(of: /^\w+/)?.0).description }
        firstCall = try #require(calls.firstIndex(of: "signalfd4")) + 1
        stayCall = trace.lastIndex { $0.contains(/^send\w+\(.*stay/) }.map { $0 + 1 }
        try #require((stayCall != nil) == (scene == .trial))
        try putBack("before the first point of \(scene.rawValue)")
    }

    /// The image that is there once the command is done again, or what it took back.
    var goal: SweepImage { scene.isUndo ? start : end }

    /// The host as it is now.
    func image() throws -> SweepImage { try SweepImage(boot) }

    /// Brings the host to where the command begins.
    func prepare() throws { try Self.prepare(scene, boot) }

    private static func prepare(_ scene: SweepScene, _ boot: BootLab) throws {
        for step in scene.preparation {
            let run = try step == .boot ? nil : run(scene.arguments(step, boot.fixLab), scene, boot)
            try #require(run?.status ?? 0 == 0, "\(step): \(run?.errors ?? "") \(run?.output ?? "")")
            if step == .boot { try boot.forget() }
        }
    }

    /// Brings the host back with an undisturbed `undo`, after which nothing may be left.
    func putBack(_ point: String) throws {
        let undone = try run(scene.arguments(.undo, lab))
        #expect(undone.status == 0, "\(point): \(undone.errors)")
        try lab.expectNoProcess(point)
        let now = try image()
        // What comes after it would speak of another host.
        try #require(now == old, "\(point): \(now.differences(from: old))")
    }

    /// Runs a command to its end.
    func run(_ arguments: [String]) throws -> ToolRun { try Self.run(arguments, scene, boot) }

    /// Runs the disturbed command under strace(1) with an injection.
    func run(injecting injection: String) throws -> ToolRun {
        try Self.run(scene.arguments(lab), scene, boot, through: Self.tracer(injection))
    }

    private static func run(
        _ arguments: [String],
        _ scene: SweepScene,
        _ boot: BootLab,
        through prefix: [String] = []
    ) throws -> ToolRun {
        try LabTool.run(
            words(arguments, scene, boot, through: prefix),
            in: boot.nat.namespace,
            environment: boot.fixLab.environment,
            deadline: .seconds(20)
        )
    }

    /// A command beside the caller, the disturbed one where none is given, whose number is the first line of its errors: the
    /// shell becomes strace, and that the command.
    func start(_ arguments: [String]? = nil, injecting injection: String) throws -> ChildProcess {
        let shell = ["sh", "-c", #"echo $$ >&2; exec "$@""#, "sh"]
        return try LabTool.start(
            Self.words(arguments ?? scene.arguments(lab), scene, boot, through: shell + Self.tracer(injection)),
            in: lab.nat.namespace,
            environment: lab.environment
        )
    }

    private static func words(
        _ arguments: [String],
        _ scene: SweepScene,
        _ boot: BootLab,
        through prefix: [String]
    ) -> [String] {
        (scene.isBooted ? boot.booted() : []) + prefix + [scene.isBooted ? BootLab.program : Program.path] + arguments
    }

    /// What starts a command with an injection into all of its threads, and into no program that it starts.
    ///
    /// The tracer is a grandchild, so that what ends the command is its own doing.
    static func tracer(_ injection: String) -> [String] {
        ["strace", "-D", "-f", "-b", "execve", "-qqq", "-o", "/dev/null", "-e", "inject=\(injection)"]
    }

    /// The system calls of the undisturbed command's first thread, as strace(1) writes them.
    private static func trace(_ scene: SweepScene, _ boot: BootLab) throws -> [String] {
        let file = FileManager.default.temporaryDirectory.appending(path: "nataudit-trace-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let tracer = ["strace", "-qqq", "-o", file.path(percentEncoded: false)]
        let run = try run(scene.arguments(boot.fixLab), scene, boot, through: tracer)
        try #require(run.status == 0, "\(run.errors) \(run.output)")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
            .filter { $0.contains(/^\w+\(/) }
    }
}

extension BootLab {
    /// Makes of the host what a boot makes of it where others load their rules again.
    fileprivate func forget() throws {
        try nat.require("nft", "delete table ip nataudit")
        try nat.set(["net/ipv4/ip_forward": "0", "net/ipv4/conf/lan1/forwarding": "1"])
        for record in try fixLab.records() where record.lastPathComponent != "persisted.json" {
            try FileManager.default.removeItem(at: record)
        }
    }
}

extension FixLab {
    /// The names of all files in the state folder.
    func files() throws -> [String] {
        guard FileManager.default.fileExists(atPath: state.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: state.path).sorted()
    }

    /// Waits until no process is left in the NAT host's namespace, for at most two seconds.
    func expectNoProcess(_ point: String) throws {
        let namespace = "net:[\(nat.namespace.identity.inode)]"
        var left: [String] = []
        for _ in 0..<200 {
            left = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
                Int(name) != nil
                    && (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(name)/ns/net")) == namespace
            }
            if left.isEmpty { return }
            usleep(10_000)
        }
        let commands = left.map { process in
            String(decoding: FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data(), as: UTF8.self)
        }
        #expect(left.isEmpty, "\(point): \(commands)")
    }
}
