import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// What is said when servers do not answer, or cannot tell.
struct ServerTests {
    @Test func silenceOfNamedServersIsBlocked() async throws {
        try await inTurn {
            let lab = try NATLab()
            try NATRule.table[0].load(on: lab.nat)
            try lab.servers.require(
                "nft",
                "add table ip mute; add chain ip mute in { type filter hook input priority 0; policy drop; }"
            )
            let (run, report) = try Program.scan(lab.nat, lab.probing + ["--timeout", "0.5"])
            #expect(run.status == 1)
            #expect(report.verdict == "blocked")
            #expect(report.attribution == "unknown")
            let finding = try #require(report.findings.first { $0.id == "udp-blocked" })
            #expect(finding.severity == "error")
            for server in LabAddress.servers {
                #expect(finding.evidence.contains { $0.contains("\(server):3478") })
            }
            let servers = report.probes.flatMap(\.servers)
            #expect(servers.count == 3)
            #expect(servers.allSatisfy { $0.mapped == nil && $0.error?.contains("no answer") == true })
        }
    }

    @Test func aRefusalByICMPIsBlockedToo() throws {
        let lab = try NATLab()
        try NATRule.table[0].load(on: lab.nat)
        let (run, report) = try Program.scan(lab.nat, lab.probing)
        #expect(run.status == 1)
        #expect(report.verdict == "blocked")
        let servers = report.probes.flatMap(\.servers)
        #expect(servers.count == 3)
        #expect(servers.allSatisfy { $0.error?.contains("ECONNREFUSED") == true }, "\(servers)")
    }

    @Test func oneServerAddressIsNotEnough() throws {
        let lab = try NATLab()
        let servers = try lab.answerSTUN(ports: [3478, 3479])
        try NATRule.table[0].load(on: lab.nat)
        let client = ["--probe-netns", lab.clientA.namespace.path]
        for named in [
            ["--stun", "203.0.113.10"], ["--stun", "203.0.113.10", "--stun", "203.0.113.10:3479"],
        ] {
            let (run, report) = try Program.scan(lab.nat, client + named)
            #expect(report.probes.map(\.verdict) == ["unknown"])
            #expect(report.probes.first?.reason.contains("only one server address") == true)
            // The rules alone say easy; a probe that could not tell does not make that worse than unknown.
            #expect(report.verdict == "unknown")
            #expect(run.status == 2)
        }
        withExtendedLifetime(servers) {}
    }

    @Test func twoPortsOfOneServerAddressProveAHardNAT() throws {
        let lab = try NATLab()
        let servers = try lab.answerSTUN(ports: [3478, 3479])
        try NATRule.awsVPCCNI().load(on: lab.nat)
        let (run, report) = try Program.scan(
            lab.nat,
            [
                "--probe-netns", lab.clientA.namespace.path, "--stun", "203.0.113.10", "--stun",
                "203.0.113.10:3479",
            ]
        )
        #expect(run.status == 1)
        #expect(report.verdict == "hard")
        #expect(report.attribution == "this-host")
        withExtendedLifetime(servers) {}
    }

    @Test func twoNamesOfOneAddressAreOneServer() throws {
        let lab = try NATLab()
        let servers = try lab.answerSTUN()
        try NATRule.table[0].load(on: lab.nat)
        let hosts = try TemporaryFile("203.0.113.10 one.example two.example\n203.0.113.11 three.example\n")
        let stun = { (names: [String]) in names.flatMap { ["--stun", $0] } }
        let client = ["--probe-netns", lab.clientA.namespace.path]
        let (run, report) = try Program.scan(
            lab.nat,
            client + stun(["one.example", "two.example"]),
            through: hosts.asHosts
        )
        #expect(run.status == 2)
        #expect(report.verdict == "unknown")
        let probe = try #require(report.probes.first)
        #expect(probe.reason.contains("only one server address"))
        #expect(probe.servers.map { $0.mapped == nil } == [false, true])
        #expect(probe.servers.last?.error?.contains("one.example") == true)

        let more = try Program.scan(
            lab.nat,
            client + stun(["one.example", "two.example", "three.example"]),
            through: hosts.asHosts
        )
        #expect(more.run.status == 0)
        #expect(more.report.verdict == "easy")
        withExtendedLifetime(servers) {}
    }

    @Test func aServerNameThatDoesNotExistBesideOthersIsSaidOfThatServer() throws {
        let lab = try NATLab()
        let servers = try lab.answerSTUN()
        try NATRule.table[0].load(on: lab.nat)
        let hosts = try TemporaryFile("203.0.113.10 one.example\n")
        let (run, report) = try Program.scan(
            lab.nat,
            lab.probing + ["--stun", "none.invalid"],
            through: hosts.asHosts
        )
        #expect(run.status == 0)
        #expect(report.verdict == "easy")
        let unresolved = report.probes.flatMap(\.servers).filter { $0.server == "none.invalid:3478" }
        #expect(unresolved.count == 1)
        #expect(unresolved.allSatisfy { $0.error?.contains("could not be resolved") == true })
        withExtendedLifetime(servers) {}
    }

    @Test(arguments: ["scan", "stun"])
    func onlyServerNamesThatDoNotExistAreOneLine(_ command: String) throws {
        let host = try LabHost()
        let servers = command == "scan" ? ["--stun", "none.invalid"] : ["none.invalid"]
        let run = try Program.run([command] + servers, in: host.namespace)
        #expect(run.status == 2)
        #expect(run.output == "")
        #expect(run.errors.hasPrefix("nataudit: could not resolve none.invalid: "))
        #expect(run.errors.split(separator: "\n").count == 1)
    }

    @Test func silenceOfTheDefaultServersProvesNothing() throws {
        let lab = try NATLab()
        try NATRule.table[0].load(on: lab.nat)
        let (run, report) = try Program.scan(lab.nat, ["--timeout", "1"])
        #expect(run.status == 2)
        #expect(report.verdict == "unknown")
        #expect(report.findingIDs.contains("no-stun-servers"))
        #expect(!report.findingIDs.contains("udp-blocked"))
    }
}

/// A file that vanishes with this object.
final class TemporaryFile: Sendable {
    let path: String

    init(_ text: String) throws {
        path = NSTemporaryDirectory() + "nataudit-\(UUID().uuidString)"
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// What starts a program for which this file is /etc/hosts.
    var asHosts: [String] {
        ["unshare", "--mount", "sh", "-c", #"mount --bind "$0" /etc/hosts && exec "$@""#, path]
    }
}
