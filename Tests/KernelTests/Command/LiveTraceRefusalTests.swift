import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// Where walk and kernel part, where nothing is sent, and what is left when a live trace ends early.
struct LiveTraceRefusalTests {
    private static let flow = LiveTraceTests.flow + LiveTraceTests.destination

    private static func masquerade(_ lab: LiveLab, _ options: String = "") throws {
        let chain = "chain p { type nat hook postrouting priority 100; meta l4proto udp masquerade \(options); };"
        try lab.nat.require("nft", "table ip t { \(chain) }")
    }

    @Test func aPortThatIsTakenIsSeenByTheKernelAlone() async throws {
        try await inTurn {
            let lab = try LiveLab()
            try Self.masquerade(lab, "to :30000")
            let server = try lab.servers.socket(LabAddress.servers[0], port: 3478)
            try lab.clientB.socket(LabAddress.clientB, port: 42001).send([1], to: server.local)
            #expect(try server.receive(within: .seconds(2))?.source.port == 30000)
            let before = try lab.flows()
            let (run, output) = try lab.trace(Self.flow)
            #expect(try server.receive(within: .milliseconds(200)) == nil)
            #expect(run.status == 1 && output.live.agrees == false)
            #expect(output.live.differences.contains { $0.contains("\(LabAddress.clientB):42001") })
            // The other client's flow stays.
            #expect(before.contains("sport=42001"))
            #expect(try lab.flows().contains("sport=42001"))
        }
    }

    @Test func withoutATerminalAndWithoutYesNothingIsSent() async throws {
        try await inTurn {
            let lab = try LiveLab()
            try Self.masquerade(lab)
            let before = try HostImage(lab.nat)
            let server = try lab.servers.socket(LabAddress.servers[0], port: 3478)
            let run = try lab.nataudit(["trace", "--live"] + Self.flow)
            #expect(run.status == 64 && run.output == "" && run.errors.contains("--yes"))
            let script = URL(filePath: #filePath).appending(path: "../../../Support/answer_on_terminal.py")
                .standardizedFileURL.path()
            let asked = try lab.nataudit(["trace", "--live"] + Self.flow, through: ["python3", script, "n"])
            #expect(asked.status == 1 && asked.output.contains("nothing was sent"))
            #expect(asked.output.contains("from 10.0.1.2:42000 to 203.0.113.10:3478, as if it came in by lan0"))
            // The translated flow's answer finds no entry: it is the host's own.
            #expect(asked.output.contains("the answer meets this host\n  itself"))
            let after = try HostImage(lab.nat)
            #expect(after == before && after.generation == before.generation)
            #expect(try server.receive(within: .milliseconds(200)) == nil)
            let answered = try lab.nataudit(["trace", "--live"] + Self.flow, through: ["python3", script, "y"])
            #expect(answered.status == 0 && answered.output.contains("walk and kernel agree"))
            #expect(try server.receive(within: .seconds(2)) != nil)
            #expect(try HostImage(lab.nat) == before)
        }
    }

    @Test(arguments: ["KILL", "INT", "TERM", "HUP"])
    func endedInTheMiddleItLeavesNothing(_ signal: String) async throws {
        try await inTurn {
            let lab = try LiveLab()
            try Self.masquerade(lab)
            // What a legacy rule drops is waited for: that is time enough to end it.
            try lab.nat.require("iptables-legacy", "-A", "FORWARD", "-j", "DROP")
            let before = try lab.image()
            let arguments = ["trace", "--live", "--yes"] + Self.flow
            let seen = try LiveLab.withState { folder in
                try LabTool.run(
                    ["sh", "-c", Self.ending, "sh", signal, Program.path] + arguments,
                    in: lab.nat.namespace,
                    environment: ["NATAUDIT_STATE": folder]
                )
            }
            #expect(seen.output.contains("table ip nataudit-trace"), "\(seen.output) \(seen.errors)")
            #expect(seen.output.hasSuffix(signal == "KILL" ? "137\n" : "2\n"), "\(seen.output)")
            #expect(seen.errors.contains("interrupted") == (signal != "KILL"))
            #expect(try lab.image() == before)
        }
    }

    /// Starts a program, sends a signal as soon as the table is there, and prints the table's name and the exit code.
    static let ending = """
        signal=$1; shift
        "$@" &
        for i in $(seq 200); do nft list tables | grep nataudit && break; sleep 0.01; done
        kill -s $signal $!
        wait $!
        echo $?
        """

    @Test func aFlowThatExistsIsLeftAlone() async throws {
        try await inTurn {
            let lab = try LiveLab()
            try Self.masquerade(lab)
            let server = try lab.servers.socket(LabAddress.servers[0], port: 3478)
            try lab.clientA.socket(LabAddress.clientA, port: 42000).send([1], to: server.local)
            #expect(try server.receive(within: .seconds(2)) != nil)
            let run = try lab.nataudit(["trace", "--live", "--yes"] + Self.flow)
            #expect(run.status == 2 && run.output == "" && run.errors.contains("already knows this flow"))
            #expect(try server.receive(within: .milliseconds(200)) == nil)
            #expect(try lab.flows().contains("sport=42000"))
        }
    }

    @Test func whatItCannotDoItSays() async throws {
        try await inTurn {
            let lab = try LiveLab()
            try Self.masquerade(lab)
            let before = try lab.image()
            let own = ["--from", "\(LabAddress.nat):42000"] + LiveTraceTests.destination
            let socket = try lab.nat.socket(LabAddress.nat, port: 42000)
            for (arguments, prefix, words) in [
                (Self.flow, ["setpriv", "--bounding-set=-all", "--inh-caps=-all"], "CAP_NET_ADMIN"),
                (Self.flow, ["setpriv", "--bounding-set=-all,+net_admin", "--inh-caps=-all"], "CAP_BPF"),
                (own, [], "EADDRINUSE"),
            ] {
                let run = try lab.nataudit(["trace", "--live", "--yes"] + arguments, through: prefix)
                #expect(run.status == 2 && run.output == "", "\(run.output)")
                #expect(run.errors.split(separator: "\n").last?.contains(words) == true, "\(run.errors)")
            }
            withExtendedLifetime(socket) {}
            try lab.nat.ip(["link add v0 type veth peer name v1"])
            let down = ["--from", "10.0.1.2:1", "--in-interface", "v0"] + LiveTraceTests.destination
            let run = try lab.nataudit(["trace", "--live", "--yes"] + down)
            #expect(run.status == 2 && run.errors.contains("v0 is down"))
            try lab.nat.ip(["link del v0"])
            #expect(try lab.image() == before)
        }
    }

    @Test func optionsThatContradictEachOtherAreWrongUsage() throws {
        for (arguments, words) in [
            (["--live", "--capture", "x"], "--capture"), (["--yes"], "--live"),
            (["--live", "--yes", "--from", "10.0.1.2:0"], "ports"),
        ] {
            let run = try Program.run(["trace", "--to", "203.0.113.10:3478"] + arguments)
            #expect(run.status == 64 && run.output == "")
            #expect(run.errors.contains(words), "\(run.errors)")
        }
    }
}
