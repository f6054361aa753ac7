import NatAudit
import NetlinkBridge
import Testing

/// `nataudit stun` and `nataudit serve`, each as a program of its own.
struct StunThroughNATTests {
    @Test(arguments: [NATRule.table[0], NATRule.awsVPCCNI()])
    func stunTellsWhatAClientsSocketBecomes(_ rule: NATRule) throws {
        let lab = try NATLab()
        let listen = LabAddress.servers.flatMap { ["--listen", "\($0)"] }
        let server = try LabTool.start([Program.path, "serve"] + listen, in: lab.servers.namespace)
        try server.waitForErrors(lines: 3)
        try rule.load(on: lab.nat)
        let asked = LabAddress.servers.map { "\($0)" }
        let json = try Program.run(["stun", "--format", "json"] + asked, in: lab.clientA.namespace)
        #expect(json.status == (rule.ports == .drawn ? 1 : 0))
        #expect(json.output.contains("\"verdict\" : \"\(rule.verdict)\""))
        // A client's own conntrack knows nothing of the NAT host's.
        try Schema.stun.check([json.output])
        let text = try Program.run(["stun", "--source-port", "41641"] + asked, in: lab.clientA.namespace)
        #expect(text.status == json.status)
        #expect(text.output.hasPrefix("\(rule.verdict): "))
        #expect(text.output.contains("10.0.1.2:41641"))
        #expect(text.errors.hasPrefix("asking "))
        for server in asked { #expect(text.output.contains("\(server):3478")) }
        server.end()
    }

    /// The same socket on the NAT host, on it without the privilege, and on the client, where no rule translates.
    @Test(arguments: [
        (onNAT: true, through: [], words: "this host changes the port"),
        (onNAT: false, through: [], words: "something between this host and the servers changes the port"),
        (onNAT: true, through: ["setpriv", "--bounding-set=-all", "--inh-caps=-all"], words: "not known, for "),
        (onNAT: false, through: ["setpriv", "--bounding-set=-all", "--inh-caps=-all"], words: "not known, for "),
    ])
    func whoChangesThePortIsToldWhereConntrackCanBeRead(
        _ place: (onNAT: Bool, through: [String], words: String)
    ) async throws {
        try await inTurn {
            let lab = try NATLab()
            let servers = try lab.answerSTUN()
            try NATRule.awsVPCCNI().load(on: lab.nat)
            let host = place.onNAT ? lab.nat : lab.clientA
            let asked = ["stun"] + LabAddress.servers.map { "\($0)" }
            let run = try Program.run(asked, in: host.namespace, through: place.through)
            #expect(run.status == 1)
            #expect(run.output.contains("at fault: \(place.words)"))
            #expect(run.output.contains("CAP_NET_ADMIN") == !place.through.isEmpty)
            withExtendedLifetime((lab, servers)) {}
        }
    }

    /// Where rules translate but leave this flow out of connection tracking, nothing is said of it.
    @Test func aFlowWithoutAnEntryIsNotAttributedWhereRulesTranslate() async throws {
        try await inTurn {
            let lab = try NATLab()
            let servers = try lab.answerSTUN()
            try NATRule.awsVPCCNI().load(on: lab.nat)
            try lab.clientA.require(
                "nft",
                "-f",
                "-",
                input: """
                    table ip t {
                        chain translate { type nat hook postrouting priority 100; tcp dport 1 masquerade; }
                        chain skip { type filter hook output priority -300; notrack; }
                    }

                    """
            )
            let asked = ["stun"] + LabAddress.servers.map { "\($0)" }
            let run = try Program.run(asked, in: lab.clientA.namespace)
            #expect(run.status == 1)
            #expect(run.output.contains("at fault: not known, for this host's connection tracking has no entry"))
            #expect(!run.output.contains("CAP_NET_ADMIN"))
            withExtendedLifetime((lab, servers)) {}
        }
    }

    @Test(arguments: [
        ["serve", "--listen", "192.0.2.1"], ["stun", "--source-address", "192.0.2.1", "127.0.0.1"],
    ])
    func anAddressThatTheHostLacksIsOneLine(_ arguments: [String]) throws {
        let run = try Program.run(arguments, in: try LabHost().namespace)
        #expect(run.status == 2)
        #expect(run.output == "")
        #expect(run.errors.contains("192.0.2.1"))
        #expect(run.errors.contains("EADDRNOTAVAIL"))
        #expect(run.errors.split(separator: "\n").count == 1)
    }
}

extension ChildProcess {
    /// Waits until the program has said so many lines on standard error.
    func waitForErrors(lines: Int) throws {
        for _ in 0..<200 {
            if try errors().count(where: { $0 == UInt8(ascii: "\n") }) >= lines { return }
            if try status(within: .milliseconds(20)) != nil { break }
        }
        throw LabError.unreadable(["standard error"], output: String(decoding: try errors(), as: UTF8.self))
    }
}
