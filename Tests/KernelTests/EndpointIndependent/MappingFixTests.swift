import NatAudit
import NetlinkBridge
import Testing

/// `fix --masquerade --endpoint-independent` on a whole host: proven, recognised, undone.
struct MappingFixTests {
    private static let option = "--endpoint-independent"

    /// Two clients on one port keep one port each, and the host is as it was afterwards.
    @Test(arguments: [FixTableTests.rules[0], FixTableTests.rules[1]])
    func itIsProvenAndUndone(_ rule: NATRule) async throws {
        try await onOwnThread {
            let lab = try FixLab(rule)
            // Two addresses in the client's place, for two sockets on one port.
            try lab.lab.clientA.ip(["address add 10.0.1.20/24 dev eth0"])
            let before = try HostImage(lab.nat)
            let report = try expectApplied(try lab.fix(Self.option, "--override-owner"))
            #expect(report.after?.holds?.collision == "yes" && report.after?.holds?.inboundFirst == "yes")
            try lab.expectMapped(42000)
            let scan = try ScanOutput(lab.nataudit(["scan", "--no-stun", "--format", "json"]))
            #expect(scan.verdict == "easy")
            #expect(!scan.findings.contains { ["port-collision", "inbound-first-changes-port"].contains($0.id) })
            #expect(scan.holds.collision == "yes")
            let rows = scan.sourceNAT.filter { $0.table == "nataudit" }
            #expect(rows.map(\.chain) == ["mapping"] && rows.map(\.verdict) == ["easy"], "\(rows)")
            // It is there already.
            let again = try FixOutput(lab.fix(Self.option, "--override-owner"))
            #expect(!again.changed && !again.applied)
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == before)
        }
    }

    /// A plain rule needs no fix, and with the option it does.
    @Test func aPlainRuleIsOvertakenWhereThatIsAsked() async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try lab.nat.load(postrouting: ["-o wan -j MASQUERADE"], .iptablesNft)
            let before = try HostImage(lab.nat)
            #expect(try !FixOutput(lab.fix("--no-guard")).applied)
            // Which it is, two clients on one port tell.
            try lab.expectMapped(42000, holds: false)
            try expectApplied(try lab.fix(Self.option))
            try lab.expectMapped(42001)
            expectRefused(try lab.fix(Self.option, "--source", "10.99.0.0/16"), "not translated")
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == before)
        }
    }

    /// `snat` presents its own address, drawn ports too.
    @Test func theAddressOfARuleIsKept() async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try lab.nat.ip(["address add 203.0.113.7/24 dev wan"])
            try lab.nat.load(postrouting: ["-o wan -j SNAT --to-source 203.0.113.7 --random-fully"], .iptablesNft)
            try expectApplied(try lab.fix(Self.option))
            let presented = try lab.mapped(42000)
            #expect(presented.allSatisfy { $0?.address == IPAddress("203.0.113.7") }, "\(presented)")
            #expect(Set(presented.prefix(3)).count == 1 && Set(presented.suffix(3)).count == 1, "\(presented)")
            #expect(presented[0] != presented[3])
        }
    }

    /// Rules that present two addresses keep one set of ports: each client's socket has one port, whichever it presents.
    @Test func severalAddressesShareThePorts() async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try lab.nat.ip(["address add 203.0.113.7/24 dev wan"])
            let rules = [
                "-s 10.0.1.2 -o wan -j SNAT --to-source 203.0.113.7 --random-fully",
                "-o wan -j MASQUERADE --random-fully",
            ]
            try lab.nat.load(postrouting: rules, .iptablesNft)
            let before = try HostImage(lab.nat)
            try expectApplied(try lab.fix(Self.option))
            let presented = try lab.mapped(42000)
            let addresses = presented.map { $0?.address }
            #expect(
                addresses == Array(repeating: IPAddress("203.0.113.7"), count: 3)
                    + Array(repeating: LabAddress.nat, count: 3)
            )
            #expect(Set(presented.prefix(3)).count == 1 && Set(presented.suffix(3)).count == 1, "\(presented)")
            #expect(presented[0]?.port == 42000 && presented[3]?.port != 42000, "\(presented)")
            let scan = try ScanOutput(lab.nataudit(["scan", "--no-stun", "--format", "json"]))
            #expect(scan.verdict == "easy" && !scan.findings.contains { $0.id == "port-collision" })
            #expect(Set(scan.sourceNAT.map(\.chain)).isSuperset(of: ["mapping", "mapping-2"]), "\(scan.sourceNAT)")
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == before)
        }
    }

    /// Ports that the rule limits, and addresses of which the kernel chooses one, are not widened.
    @Test(arguments: [
        ("-p udp -o wan -j MASQUERADE --to-ports 2000-3000 --random", "limits the ports"),
        ("-o wan -j SNAT --to-source 203.0.113.1-203.0.113.2 --random", "several addresses"),
        ("-o wan -j SNAT --to-source 203.0.113.1-203.0.113.2", "chooses an address of a pool"),
    ])
    func whatWouldBeWidenedIsRefused(_ rule: String, _ words: String) throws {
        let lab = try FixLab()
        try lab.nat.load(postrouting: [rule], .iptablesNft)
        let before = try HostImage(lab.nat)
        expectRefused(try lab.fix(Self.option), words)
        #expect(try HostImage(lab.nat) == before)
    }

    /// A host without any translation becomes a NAT instance with it; TCP goes through as ever.
    @Test func aNATInstanceIsMadeWithIt() async throws {
        try await onOwnThread {
            let lab = try FixLab(forwarding: .off)
            let before = try HostImage(lab.nat)
            try expectApplied(try lab.fix(Self.option, proof: lab.proven + NATInstanceTests.named))
            try lab.expectMapped(42000)
            #expect(try lab.tcpFlows(1).count == 1)
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == before)
        }
    }

    @Test(arguments: [["--share", "5"], ["--endpoint-independent", "--share", "0"], ["--endpoint-independent"]])
    func whatMeansNothingIsRefused(_ options: [String]) throws {
        let lab = try FixLab()
        #expect(try lab.nataudit(["fix"] + options).status == 64)
    }
}

extension FixLab {
    /// What three servers see of the first client's socket, then of the second's on the same port; the second speaks to them in
    /// another order.
    func mapped(_ port: UInt16, secondFirst: Bool = false) throws -> [Endpoint?] {
        let (a, b) = (
            try lab.clientA.socket(LabAddress.clientA, port: port),
            try lab.clientB.socket(LabAddress.clientB, port: port)
        )
        let servers = try LabAddress.servers.map { try lab.servers.socket($0, port: 0) }
        func seen(_ client: LabSocket, at server: LabSocket) throws -> Endpoint? {
            try client.send([1], to: server.local)
            guard let datagram = try server.receive(within: .seconds(2)) else { return nil }
            try server.send([2], to: datagram.source)
            guard try client.receive(within: .seconds(2))?.source == server.local else { return nil }
            return datagram.source
        }
        var (seenA, seenB): ([Endpoint?], [Endpoint?]) = ([], [])
        for (first, second) in zip(servers, servers.dropFirst() + servers.prefix(1)) {
            if !secondFirst { seenA.append(try seen(a, at: first)) }
            seenB.append(try seen(b, at: second))
            if secondFirst { seenA.append(try seen(a, at: first)) }
        }
        return seenA + seenB
    }

    /// Checks that each of two clients on one port has one external port, not the other's, or that this does not hold.
    func expectMapped(_ port: UInt16, holds: Bool = true, at location: SourceLocation = #_sourceLocation) throws {
        let seen = try mapped(port)
        let isHeld =
            Set(seen.prefix(3)).count == 1 && Set(seen.suffix(3)).count == 1 && seen[0] != seen[3]
            && !seen.contains(nil)
        #expect(isHeld == holds, "\(seen)", sourceLocation: location)
    }
}
