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
