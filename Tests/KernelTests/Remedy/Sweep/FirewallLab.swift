import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// ufw(8) on the laboratory's NAT host, with a configuration that is a copy of this machine's and a rule at fault, where its
/// manual puts NAT.
final class UFW: Sendable {
    private let lab: FixLab
    private let folder: URL

    init(_ lab: FixLab) throws {
        self.lab = lab
        folder = FileManager.default.temporaryDirectory.appending(path: "nataudit-ufw-\(UUID().uuidString)")
        try lab.nat.require("sh", "-ec", Self.setup, "sh", folder.path(percentEncoded: false))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private static let setup = """
        mkdir "$1"
        cp -r /etc/ufw "$1/ufw"
        sed 's/^DEFAULT_FORWARD_POLICY=.*/DEFAULT_FORWARD_POLICY="ACCEPT"/' /etc/default/ufw >"$1/default"
        cat >>"$1/ufw/before.rules" <<'EOF'
        *nat
        :POSTROUTING ACCEPT [0:0]
        -F POSTROUTING
        -A POSTROUTING -s 10.0.1.0/24 -o wan -j MASQUERADE --random-fully
        COMMIT
        EOF
        """

    /// Runs one of its commands, which sees no other configuration.
    func run(_ command: String) throws {
        try lab.nat.require(
            "unshare",
            "--mount",
            "sh",
            "-ec",
            #"""
            mount --bind "$1/ufw" /etc/ufw
            mount --bind "$1/default" /etc/default/ufw
            mount -t tmpfs none /run
            exec ufw --force "$2"
            """#,
            "sh",
            folder.path(percentEncoded: false),
            command
        )
    }
}

/// firewalld(1) on the laboratory's NAT host, with a message bus and a configuration of its own: what comes from the inside is
/// trusted, what leaves is translated, and a direct rule at fault comes before that.
final class Firewalld {
    private let lab: FixLab
    private let folder: URL
    private let bus: ChildProcess
    private var daemon: ChildProcess?

    private var path: String { folder.path(percentEncoded: false) }
    private var environment: [String: String] { ["DBUS_SYSTEM_BUS_ADDRESS": "unix:path=\(path)/bus"] }

    init(_ lab: FixLab) throws {
        self.lab = lab
        let folder = FileManager.default.temporaryDirectory.appending(path: "nataudit-firewalld-\(UUID().uuidString)")
        self.folder = folder
        try FileManager.default.createDirectory(at: folder.appending(path: "zones"), withIntermediateDirectories: true)
        let path = folder.path(percentEncoded: false)
        let files = [
            "zones/trusted.xml": #"<zone target="ACCEPT"><interface name="lan0"/></zone>"#,
            "zones/external.xml": #"<zone><interface name="wan"/><masquerade/></zone>"#,
            "direct.xml":
                #"<direct><rule ipv="ipv4" table="nat" chain="POSTROUTING" priority="0">\#(Self.rule)</rule></direct>"#,
            "bus.conf": "<busconfig><listen>unix:path=\(path)/bus</listen>\(Self.policy)</busconfig>",
        ]
        for (name, text) in files {
            try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
        }
        bus = try LabTool.start(
            ["dbus-daemon", "--config-file=\(path)/bus.conf", "--nofork", "--nosyslog"],
            in: lab.nat.namespace
        )
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private static let rule = "-s 10.0.1.0/24 -o wan -j MASQUERADE --random-fully"
    private static let policy = """
        <policy context="default"><allow send_destination="*"/><allow eavesdrop="true"/><allow own="*"/>\
        <allow user="*"/></policy>
        """

    /// Starts it, and waits until its rules are loaded.
    func start() throws {
        // Its own place for the files that it makes while it runs.
        let script = #"""
            echo $$ >&2
            mount -t tmpfs none /run
            exec firewalld --nofork --nopid --system-config "$1" --log-file "$1/log"
            """#
        let daemon = try LabTool.start(
            ["unshare", "--mount", "sh", "-ec", script, "sh", path],
            in: lab.nat.namespace,
            environment: environment
        )
        self.daemon = daemon
        var state = try self.state()
        for _ in 0..<100 where state.output != "running\n" {
            try #require(try daemon.status(within: .milliseconds(100)) == nil, "\(log())")
            state = try self.state()
        }
        try #require(state.output == "running\n", "\(state) \(log())")
    }

    /// Stops it as its unit does, which takes its rules along.
    func stop() throws {
        let daemon = try #require(daemon)
        let number = try #require(
            String(decoding: try daemon.errors(), as: UTF8.self).split(separator: "\n").first.flatMap { Int32($0) }
        )
        kill(number, SIGTERM)
        try #require(try daemon.status(within: .seconds(20)) != nil)
    }

    /// Runs `firewall-cmd`, which has to succeed.
    func command(_ argument: String) throws {
        try LabTool.require(["firewall-cmd", argument], in: lab.nat.namespace, environment: environment)
    }

    private func state() throws -> ToolRun {
        try LabTool.run(["firewall-cmd", "--state"], in: lab.nat.namespace, environment: environment)
    }

    private func log() -> String { (try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)) ?? "" }
}
