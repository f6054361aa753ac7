import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// What holds for the command line as such: help, wrong usage, where output goes.
struct UsageTests {
    /// The options of commands, as the outside knows them.
    static let options: [String: [String]] = [
        "scan": [
            "--stun", "--derp-map", "--no-stun", "--probe-netns", "--from", "--in-interface", "--fail-on",
            "--exit-zero",
            "--timeout", "--redact", "--netns", "--format", "--output", "--no-color", "--verbose", "--version",
            "--help",
        ],
        "stun": [
            "--source-port", "--source-address", "--derp-map", "--tests", "--timeout", "--netns", "--format",
            "--output", "--no-color",
            "--verbose", "--version", "--help",
        ],
        "explain": ["--format", "--output", "--no-color", "--verbose", "--version", "--help"],
        "capture": ["--output", "--redact", "--netns", "--version", "--help"],
        "pair": ["--format", "--output", "--no-color", "--verbose", "--version", "--help"],
        "serve": [
            "--listen", "--alternate-port", "--public-address", "--limit", "--strict", "--allow-response-port",
            "--duration", "--netns", "--version", "--help",
        ],
    ]

    @Test(arguments: options.keys.sorted())
    func helpNamesEveryOption(_ command: String) throws {
        let run = try Program.run([command, "--help"])
        #expect(run.status == 0)
        #expect(run.errors == "")
        for option in Self.options[command] ?? [] {
            #expect(run.output.contains("  \(option)") || run.output.contains(", \(option)"), "\(option)")
        }
        // What is in the synopsis is explained, whatever it is.
        let synopsis = run.output.split(separator: "\n").first { $0.hasPrefix("USAGE") } ?? ""
        for option in synopsis.matches(of: /--[a-z-]+/) {
            #expect(run.output.contains("\n  \(option.0)"), "\(option.0)")
        }
    }

    /// The process that holds a trial is part of `fix`: nobody is shown how to start it, and nobody can.
    @Test func theHolderOfATrialIsNoCommandOfAUser() throws {
        #expect(try !Program.run(["--help"]).output.contains("hold-trial"))
        let run = try Program.run(["hold-trial"], in: try LabHost().namespace)
        #expect(run.status == 2)
        #expect(
            run.errors
                == "nataudit: hold-trial is started by `nataudit fix --trial` alone, which tells it what to hold\n"
        )
    }

    @Test func aFindingThatIsNoneIsWrongUsage() throws {
        let run = try Program.run(["explain", "nosuch"])
        #expect(run.status == 64 && run.output.isEmpty)
        #expect(run.errors.contains("no finding has that name; nataudit explain lists them"))
        #expect(run.errors.split(separator: "\n").count <= 4, "\(run.errors)")
        #expect(try Program.run(["explain", "udp-blocked"]).output.hasPrefix("udp-blocked: "))
    }

    @Test func theProgramsHelpNamesEveryCommandAndTheExitCodes() throws {
        let run = try Program.run(["--help"])
        #expect(run.status == 0)
        for command in Self.options.keys { #expect(run.output.contains("\n  \(command) ")) }
        for code in ["0 ", "1 ", "2 ", "64 "] { #expect(run.output.contains(code)) }
        let version = try Program.run(["--version"])
        #expect(version.output.hasPrefix("nataudit "))
    }

    @Test(arguments: [
        ["scan", "--nonsense"], ["scan", "--timeout", "0"], ["scan", "--timeout", "x"],
        ["scan", "--format", "xml"],
        ["scan", "--from", "10.0.0.0/33"], ["scan", "--from", "lan"], ["scan", "--stun", "a b"],
        ["scan", "--stun", "host:0"],
        ["scan", "--no-stun", "--stun", "192.0.2.1"],
        ["scan", "--netns", "", "--no-stun"], ["scan", "--fail-on", "never"], ["serve"],
        ["serve", "--listen", "nowhere"],
        ["stun", "--source-address", "0.0.0.0", "192.0.2.1"], ["stun", "--source-port", "70000"],
        ["nonsense"], ["pair"], ["pair", "a.json"], ["pair", "-", "-"],
        ["fix", "--trial", "60"], ["fix", "--masquerade", "--yes", "--trial", "0"],
        ["fix", "--masquerade", "--yes", "--trial", "-1"], ["fix", "--masquerade", "--yes", "--trial", "86401"],
        ["fix", "--masquerade", "--yes", "--trial", "x"], ["fix", "--masquerade", "--yes", "--trial", "60", "--keep"],
        ["fix", "--keep", "--masquerade"], ["fix", "--keep", "--dry-run"], ["fix", "--keep", "--source", "10.0.0.0/8"],
    ])
    func wrongUsageIs64(_ arguments: [String]) throws {
        let run = try Program.run(arguments, in: try LabHost().namespace)
        #expect(run.status == 64)
        #expect(run.output == "")
        #expect(run.errors.hasPrefix("Error: "))
    }

    /// Whatever is found wrong, and whenever: the help of the command that was typed is what helps.
    @Test(arguments: [
        ["scan", "--no-stun", "--in-interface", "nosuch"], ["scan", "--no-stun", "--output", ""],
        ["capture", "--output", ""],
        ["trace", "--to", "192.0.2.1:1", "--from", "192.0.2.2:1", "--in-interface", "nosuch"], ["undo"],
        ["fix", "--masquerade"],
        ["node-check", "--timeout", "0"], ["pair", "-", "-"], ["explain", "nosuch"], ["demo", "--output", ""],
    ])
    func wrongUsagePointsAtTheCommandsHelp(_ arguments: [String]) throws {
        let run = try Program.run(arguments, in: try LabHost().namespace)
        #expect(run.status == 64 && run.output.isEmpty)
        #expect(run.errors.hasPrefix("Error: "), "\(run.errors)")
        #expect(run.errors.contains("\nUsage: nataudit \(arguments[0]) "), "\(run.errors)")
        #expect(
            run.errors.hasSuffix("  See 'nataudit \(arguments[0]) --help' for more information.\n"),
            "\(run.errors)"
        )
    }

    /// What was typed cannot write to the terminal, nor look like another message.
    @Test(arguments: [
        ["\u{1B}[31mred"], ["scan", "--\u{1B}[31mred"], ["scan", "--timeout", "\u{1B}]0;x\u{7}"],
        ["scan", "--format", "\u{9B}31m"],
        ["scan", "--stun", "a\nnataudit: all is well"], ["explain", "x\r\u{202E}y"], ["pair", "/no/\u{1B}[2J", "b"],
        ["scan", "--no-stun", "--in-interface", "\u{1B}[31m"], ["scan", "--no-stun", "--netns", "\u{1B}[31m"],
    ])
    func whatWasTypedIsShownEscaped(_ arguments: [String]) throws {
        let run = try Program.run(arguments, in: try LabHost().namespace)
        #expect(run.status == 64 || run.status == 2)
        let shown = run.errors.unicodeScalars.filter { $0 != "\n" }
        #expect(
            !shown.contains { $0.properties.generalCategory == .control || $0.properties.generalCategory == .format }
        )
        #expect(!run.errors.contains("\nnataudit: all is well"), "\(run.errors)")
        #expect(
            run.errors.contains("\\x1b") || run.errors.contains("\\u{") || run.errors.contains("\\n"),
            "\(run.errors)"
        )
    }

    @Test(arguments: [
        (["scan", "--no-stun", "--netns", "no-such-name"], "/run/netns/no-such-name"),
        (["scan", "--no-stun", "--netns", "/no/such/path"], "/no/such/path"),
        (["scan", "--no-stun", "--netns", "pid:999999999"], "/proc/999999999"),
        (["scan", "--no-stun", "--netns", "/dev/null"], "/dev/null"),
        (["scan", "--probe-netns", "no-such-name", "--stun", "127.0.0.1"], "/run/netns/no-such-name"),
        (["stun", "--netns", "no-such-name", "127.0.0.1"], "/run/netns/no-such-name"),
        (["serve", "--netns", "no-such-name", "--listen", "127.0.0.1"], "/run/netns/no-such-name"),
        (["scan", "--no-stun", "--output", "/no/such/folder/report"], "/no/such/folder/report"),
        (["pair", "/no/such/a.json", "/no/such/b.json"], "/no/such/a.json"), (["pair", "/dev/zero", "-"], "/dev/zero"),
    ])
    func whatDoesNotExistIsNamedInOneLine(_ arguments: [String], _ name: String) throws {
        let run = try Program.run(arguments, in: try LabHost().namespace)
        #expect(run.status == 2)
        #expect(run.output == "")
        #expect(run.errors.hasPrefix("nataudit: "))
        #expect(run.errors.contains(name))
        #expect(run.errors.split(separator: "\n").count == 1)
    }

    @Test func aServerInTheEnvironmentThatIsNoneIsWrongUsage() throws {
        let run = try Program.run(
            ["scan"],
            in: try LabHost().namespace,
            environment: ["NATAUDIT_STUN": "192.0.2.1,a b"]
        )
        #expect(run.status == 64)
        #expect(run.errors.contains("NATAUDIT_STUN"))
        #expect(run.errors.contains("a b"))
    }

    @Test func theReportGoesToAFileThatIsReplaced() throws {
        let lab = try NATLab()
        let file = try TemporaryFile("old")
        let run = try Program.run(
            ["scan", "--no-stun", "--format", "json", "--output", file.path],
            in: lab.nat.namespace
        )
        #expect(run.status == 0)
        #expect(run.output == "" && run.errors == "")
        try Schema.scan.check([try String(contentsOfFile: file.path, encoding: .utf8)])
        let folder = URL(filePath: file.path).deletingLastPathComponent().path()
        let left = try FileManager.default.contentsOfDirectory(atPath: folder)
        let name = URL(filePath: file.path).lastPathComponent
        #expect(left.filter { $0.hasPrefix(name) } == [name])
    }

    /// A reader that goes away ends nothing: the exit code is still the verdict's, and nobody is told off.
    @Test(arguments: ["text", "json"])
    func aReaderThatGoesAwayChangesNothing(_ format: String) throws {
        let lab = try NATLab()
        try NATRule.awsVPCCNI().load(on: lab.nat)
        let shell = #"{ "$0" scan --no-stun --format "$1"; echo "ended $?" >&2; } | { exec <&-; sleep 0.5; }"#
        let run = try LabTool.run(["sh", "-c", shell, Program.path, format], in: lab.nat.namespace)
        #expect(run.status == 0)
        #expect(run.errors == "ended 1\n")
    }

    @Test func theExitCodeFollowsTheSeverityThatIsAskedFor() throws {
        let lab = try NATLab()
        try NATRule.table[0].load(on: lab.nat)
        // Plain masquerade is easy, with notes about what it does not hold under.
        #expect(try Program.scan(lab.nat).run.status == 0)
        #expect(try Program.scan(lab.nat, ["--no-stun", "--fail-on", "warning"]).run.status == 0)
        #expect(try Program.scan(lab.nat, ["--no-stun", "--fail-on", "note"]).run.status == 1)
        try NATRule.awsVPCCNI(.iptablesLegacy).load(on: lab.nat)
        #expect(try Program.scan(lab.nat, ["--no-stun", "--exit-zero"]).run.status == 0)
    }
}
