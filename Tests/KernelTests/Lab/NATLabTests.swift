import NatAudit
import NetlinkBridge
import Testing

/// The laboratory against the kernel that it runs on.
struct NATLabTests {
    @Test(arguments: NATRule.table)
    func aRuleDoesToTheClientsPortWhatItsNameSays(_ rule: NATRule) throws {
        let lab = try NATLab()
        try rule.load(on: lab.nat)
        let client = try lab.clientA.socket(LabAddress.clientA, port: 42000)
        expect(rule.ports, of: try lab.sources(of: client))
    }

    @Test(arguments: [Backend.iptablesNft, .iptablesLegacy])
    func theRulesOfTheAWSNodeDrawAPortForEveryDestination(_ backend: Backend) throws {
        let lab = try NATLab()
        try NATRule.awsVPCCNI(backend).load(on: lab.nat)
        let client = try lab.clientB.socket(LabAddress.clientB, port: 42000)
        expect(.drawn, of: try lab.sources(of: client))
        let saved = try lab.nat.require("\(backend.rawValue)-save", "-t", "nat")
        #expect(
            saved.contains(
                #"-A AWS-SNAT-CHAIN-0 ! -o vlan+ -m comment --comment "AWS, SNAT" -m addrtype ! --dst-type LOCAL "#
                    + "-j SNAT --to-source 203.0.113.1 --random-fully"
            )
        )
    }

    @Test func conntrackShowsTheTranslation() throws {
        let lab = try NATLab()
        try NATRule.table[0].load(on: lab.nat)
        let client = try lab.clientA.socket(LabAddress.clientA, port: 42000)
        _ = try lab.sources(of: client)
        let flows = try lab.nat.require("conntrack", "-L", "-p", "udp")
        #expect(flows.contains("src=10.0.1.2 dst=203.0.113.10 sport=42000 dport=3478"))
        #expect(flows.contains("src=203.0.113.10 dst=203.0.113.1 sport=3478 dport=42000"))
    }

    @Test func withoutForwardingNothingComesThrough() throws {
        let lab = try NATLab(forwarding: .off)
        try NATRule.table[0].load(on: lab.nat)
        let server = try lab.servers.socket(LabAddress.servers[0], port: 3478)
        let client = try lab.clientA.socket(LabAddress.clientA, port: 42000)
        try client.send([1], to: server.local)
        #expect(try server.receive(within: .milliseconds(200)) == nil)
        try lab.nat.set(["net/ipv4/ip_forward": "1"])
        try client.send([2], to: server.local)
        #expect(try #require(try server.receive(within: .seconds(2))).bytes == [2])
    }

    @Test func withoutATranslationNoAnswerComesBack() throws {
        let lab = try NATLab()
        let server = try lab.servers.socket(LabAddress.servers[0], port: 3478)
        let client = try lab.clientA.socket(LabAddress.clientA, port: 42000)
        try client.send([1], to: server.local)
        let source = try #require(try server.receive(within: .seconds(2))).source
        #expect(source == client.local)
        #expect(throws: SystemError.self) { try server.send([2], to: source) }
    }

    /// Checks what four destinations saw of port 42000.
    private func expect(
        _ ports: NATRule.Ports,
        of sources: [Endpoint],
        at location: SourceLocation = #_sourceLocation
    ) {
        #expect(sources.allSatisfy { $0.address == LabAddress.nat }, sourceLocation: location)
        let seen = sources.map(\.port)
        switch ports {
        case .kept: #expect(seen == [42000, 42000, 42000, 42000], sourceLocation: location)
        case .moved:
            #expect(seen.allSatisfy { (30000...30100).contains($0) }, sourceLocation: location)
            #expect(Set(seen).count == 1, sourceLocation: location)
        // Of four draws from 64,512 ports two agree once in 10,750 times; that alone is no failure.
        case .drawn: #expect(Set(seen).count > 2, sourceLocation: location)
        }
    }
}

extension NATLab {
    /// What three servers, and another port of the first, see as the source of one client socket.
    func sources(of client: LabSocket) throws -> [Endpoint] {
        let places =
            LabAddress.servers.map { Endpoint(address: $0, port: 3478) }
            + [Endpoint(address: LabAddress.servers[0], port: 3479)]
        return try places.enumerated().map { number, place in
            let server = try servers.socket(place.address, port: place.port)
            try client.send([UInt8(number)], to: server.local)
            let datagram = try #require(try server.receive(within: .seconds(2)))
            #expect(datagram.bytes == [UInt8(number)])
            try server.send([0x80 | UInt8(number)], to: datagram.source)
            #expect(try #require(try client.receive(within: .seconds(2))).bytes == [0x80 | UInt8(number)])
            return datagram.source
        }
    }
}
