import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// A laboratory whose NAT host boots.
///
/// The command finds an /etc of its own, a systemd that seems to run, and itself as the first process, in a mount namespace that
/// ends with each run. This machine's /etc is never seen.
final class BootLab: Sendable {
    let fixLab: FixLab
    /// The folder that the command finds as /etc.
    let etc: URL

    var lab: NATLab { fixLab.lab }
    var nat: LabHost { fixLab.nat }

    init(_ rule: NATRule? = nil, forwarding: LabHost.Forwarding = .on) throws {
        fixLab = try FixLab(rule, forwarding: forwarding)
        etc = FileManager.default.temporaryDirectory.appending(path: "nataudit-etc-\(UUID().uuidString)")
        let units = etc.appending(path: "systemd/system")
        try FileManager.default.createDirectory(at: units, withIntermediateDirectories: true)
        // The place at which the command finds the first client's namespace.
        try Data().write(to: etc.appending(path: "client"))
    }

    deinit { try? FileManager.default.removeItem(at: etc) }

    /// The options of a fix that is proven from the first client.
    let proven = ["--probe-netns", "/etc/client"] + LabAddress.servers.flatMap { ["--stun", "\($0)"] }

    /// Runs the command as on a booted host.
    ///
    /// `preparing` is a line of shell that runs before it, where /etc is already the laboratory's, and may add to `$enter`, which
    /// starts the command; `isFirst` tells whether its network namespace is that of the first process; with an `answer` it has a
    /// terminal, at which that is typed.
    func nataudit(
        _ arguments: [String],
        preparing: String = "",
        isFirst: Bool = true,
        answer: String? = nil
    ) throws -> ToolRun {
        let terminal = answer.map { ["python3", FixTerminalTests.script, $0, "/usr/bin/env"] } ?? []
        return try LabTool.run(
            terminal + booted(preparing: preparing, isFirst: isFirst) + [Self.program] + arguments,
            in: nat.namespace,
            environment: fixLab.environment,
            deadline: .seconds(30)
        )
    }

    /// The file of the command, where `booted` has put it.
    static let program = "/run/bin/nataudit"

    /// What starts a program as on a booted host, as the process that it is itself.
    func booted(preparing: String = "", isFirst: Bool = true) -> [String] {
        [
            "unshare", "--mount", "sh", "-ec", Self.script, "sh", etc.path(percentEncoded: false),
            lab.clientA.namespace.path, Program.path, preparing, isFirst ? "first" : "other",
        ]
    }

    /// The program is copied, for the unit refuses one that others than root can replace; the records are where they usually are.
    private static let script = """
        mount --bind "$1" /etc
        mount --bind "$2" /etc/client
        mount -t tmpfs -o mode=755 none /run
        mkdir -p /run/systemd/system /run/bin "$NATAUDIT_STATE"
        mount -t tmpfs -o mode=755 none /var/lib
        mkdir -m 700 /var/lib/nataudit
        mount --bind "$NATAUDIT_STATE" /var/lib/nataudit
        unset NATAUDIT_STATE
        cp "$3" \(program)
        case $5 in first) mount --bind "/proc/$$" /proc/1 ;; esac
        preparing=$4
        enter=
        shift 5
        eval "$preparing"
        exec $enter "$@"
        """

    /// Runs `nataudit fix --masquerade --persist --yes`, proven from the first client.
    func persist(_ arguments: String..., preparing: String = "") throws -> ToolRun {
        try persist(arguments, preparing: preparing)
    }

    /// The same, with the arguments at hand.
    func persist(_ arguments: [String], preparing: String = "") throws -> ToolRun {
        let run = try nataudit(
            ["fix", "--masquerade", "--persist", "--yes", "--format", "json"] + arguments + proven,
            preparing: preparing
        )
        if !run.output.isEmpty { try Schema.fix.check([run.output]) }
        return run
    }

    /// Runs `nataudit fix --restore`, as the unit does.
    func restore(preparing: String = "") throws -> ToolRun {
        try nataudit(["fix", "--restore", "--yes", "--format", "json"], preparing: preparing)
    }

    /// Runs `nataudit undo`.
    func undo() throws -> ToolRun { try nataudit(["undo", "--yes", "--format", "json"]) }

    /// The findings of a scan, by their ids.
    func findings() throws -> [String: ScanOutput.Finding] {
        let run = try nataudit(["scan", "--no-stun", "--format", "json"])
        try Schema.scan.check([run.output])
        return Dictionary(try ScanOutput(run).findings.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// All below /etc with its mode, a line each; links with what they name.
    func files() throws -> [String] {
        try nat.require("find", etc.path(percentEncoded: false), "-mindepth", "1", "-printf", "%P %m %l\\n")
            .split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.sorted()
    }

    /// The content of a file below /etc.
    func text(_ path: String) throws -> String {
        try String(contentsOf: etc.appending(path: path), encoding: .utf8)
    }

    /// Makes of the host what a boot makes of it: no rules, no record of this boot, the parameters' first values.
    func reboot(parameters: KeyValuePairs<String, String> = [:]) throws {
        try nat.require("nft", "flush", "ruleset")
        try nat.set(parameters)
        for record in try fixLab.records() where record.lastPathComponent != "persisted.json" {
            try FileManager.default.removeItem(at: record)
        }
    }
}
