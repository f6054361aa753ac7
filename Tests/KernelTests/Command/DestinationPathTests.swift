import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// The paths to prefixes that rules tell apart, against what becomes of real packets to them.
struct DestinationPathTests {
    @Test(arguments: DestinationScene.all)
    func packetsFareAsThePathsSay(_ scene: DestinationScene) async throws {
        try await inTurn {
            let lab = try NATLab()
            try lab.nat.require("sh", "-ec", scene.commands)
            try lab.servers.ip(scene.addresses.map { "address add \($0)/32 dev lo" })
            let report = try Program.scan(lab.nat).report
            let own = report.paths.filter { $0.from == scene.from }
            let goals = scene.destinations.merging(["elsewhere": DestinationScene.elsewhere]) { $1 }
            #expect(Set(own.map(\.to)) == Set(goals.keys))
            // A socket of its own for each: the kernel gives one the port that another destination got.
            for (port, (goal, addresses)) in zip(UInt16(42000)..., goals) {
                let path = try #require(own.first { $0.to == goal }, "\(goal)")
                #expect(path.when == nil)
                let fate = try lab.fate(of: addresses, port: port)
                #expect(fate.contains(path.verdict), "to \(goal): \(fate)")
            }
            try Program.expectTheCaptureSays(report, of: lab.nat)
        }
    }

    @Test func aFilterOfOneDestinationBlocksNotTheHost() async throws {
        try await inTurn {
            let lab = try NATLab()
            try lab.nat.require("iptables-nft", "-A", "OUTPUT", "-d", "172.16.0.0/12", "-j", "DROP")
            let (run, report) = try Program.scan(lab.nat)
            #expect(report.paths.first { $0.to == "172.16.0.0/12" }?.verdict == "blocked")
            #expect(report.verdict == "no-nat" && run.status == 0)
            #expect(report.findings.map(\.severity) == ["note"])
            // Everything is something else.
            try lab.nat.require("iptables-nft", "-A", "OUTPUT", "-j", "DROP")
            let blocked = try Program.scan(lab.nat)
            #expect(blocked.report.verdict == "blocked" && blocked.run.status == 1)
        }
    }

    @Test func aHardPathToAPrefixMakesTheHostHard() async throws {
        try await inTurn {
            let lab = try NATLab()
            try lab.nat.require("sh", "-ec", DestinationScene.all[0].commands)
            let (run, report) = try Program.scan(lab.nat)
            #expect(report.verdict == "hard" && run.status == 1)
            #expect(report.sourceNAT.map(\.reach) == ["always", "always"])
            let check = try Program.run(["node-check"], in: lab.nat.namespace)
            #expect(check.status == 1)
            #expect(check.output.hasPrefix("hard: ") && check.output.contains("to 172.16.0.0/12"))
        }
    }

    @Test func theRepairCoversAPathToAPrefix() async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try lab.nat.require("sh", "-ec", DestinationScene.all[0].commands)
            let addresses = DestinationScene.twelve.values.flatMap { $0 }
            try lab.lab.servers.ip(addresses.map { "address add \($0)/32 dev lo" })
            #expect(try lab.lab.fate(of: addresses) == ["hard"])
            let fixed = try lab.fix(proof: ["--no-verify"])
            #expect(fixed.status == 0, "\(fixed.errors)")
            #expect(try Program.scan(lab.nat).report.verdict == "easy")
            #expect(try lab.lab.fate(of: addresses, port: 42001) == ["easy"])
        }
    }

    /// What is sent to another address is no path to the first one.
    @Test func aServicesAddressIsNoDestination() async throws {
        try await inTurn {
            let lab = try NATLab()
            try lab.nat.require(
                "iptables-nft-restore",
                input: """
                    *nat
                    -A PREROUTING -d 172.20.0.10 -p udp -j DNAT --to-destination 203.0.113.11
                    -A OUTPUT -d 172.20.0.10 -p udp -j DNAT --to-destination 203.0.113.11
                    -A POSTROUTING -d 172.20.0.10 -j MASQUERADE --random-fully
                    -A POSTROUTING -o wan -j MASQUERADE
                    COMMIT

                    """
            )
            let report = try Program.scan(lab.nat).report
            #expect(Set(report.paths.map(\.to)) == ["elsewhere"])
            #expect(report.verdict == "easy")
        }
    }

    @Test func aLargeSetIsSampledAndThatIsSaid() async throws {
        try await inTurn {
            let lab = try NATLab()
            let elements = (0..<1000).map { "172.20.\($0 / 250).\($0 % 250)" }.joined(separator: ", ")
            try lab.nat.require(
                "nft",
                "-f",
                "-",
                input: """
                    table ip t {
                        set s { type ipv4_addr; elements = { \(elements) }; }
                        chain post {
                            type nat hook postrouting priority srcnat;
                            ip daddr @s masquerade random
                            masquerade
                        }
                    }
                    """
            )
            let report = try Program.scan(lab.nat).report
            #expect(report.verdict == "hard")
            #expect(report.paths.count { $0.to.hasPrefix("172.20.") } == 16)
            #expect(report.limits.contains { $0.contains("992 more destinations") })
        }
    }
}

extension NATLab {
    /// The verdicts that fit what a server sees of one client socket that sends to each of these addresses.
    func fate(of addresses: [IPAddress], from source: IPAddress = LabAddress.clientA, port: UInt16 = 42000) throws
        -> Set<String>
    {
        let client = try clientA.socket(source, port: port)
        let servers = try addresses.map { try self.servers.socket($0, port: 3478) }
        let seen = try servers.map { server in
            try client.send([1], to: server.local)
            return try server.receive(within: .milliseconds(300))?.source
        }
        if seen.allSatisfy({ $0 == nil }) { return ["blocked"] }
        if seen.allSatisfy({ $0 == client.local }) { return ["no-nat"] }
        let nat = Endpoint(address: LabAddress.nat, port: port)
        // A drawn port is the socket's own once in 64,512 times.
        return seen.allSatisfy { $0 == nat } ? ["easy"] : seen.contains(nil) ? [] : ["hard"]
    }
}

extension ScanOutput.Path {
    /// All that a path says but its steps.
    var words: String {
        "\(from) \(to) \(inInterface ?? "-") \(outInterface ?? "-") \(verdict) \(rule ?? -1) \(when ?? "-")"
    }
}

extension Program {
    /// A capture of the host, scanned elsewhere with the same options, has to give the same paths.
    static func expectTheCaptureSays(
        _ report: ScanOutput,
        of host: LabHost,
        _ options: [String] = [],
        at location: SourceLocation = #_sourceLocation
    ) throws {
        try FileManager.default.withTemporaryFolder { folder in
            let file = folder.appending(path: "host.capture").path()
            let made = try run(["capture", "--output", file], in: host.namespace)
            #expect(made.status == 0, sourceLocation: location)
            let away = try scan(try LabHost(), ["--capture", file] + options).report
            #expect(away.paths.map(\.words) == report.paths.map(\.words), sourceLocation: location)
            #expect(away.verdict == report.verdict && away.limits == report.limits, sourceLocation: location)
        }
    }
}

extension FileManager {
    /// Gives `body` a folder that is gone afterwards.
    func withTemporaryFolder(_ body: (URL) throws -> Void) throws {
        let folder = temporaryDirectory.appending(path: "nataudit-\(UUID().uuidString)")
        try createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? removeItem(at: folder) }
        try body(folder)
    }
}
