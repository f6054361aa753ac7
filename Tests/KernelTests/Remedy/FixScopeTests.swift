import NatAudit
import NetlinkBridge
import Testing

/// What the old rules did not translate, or what is no UDP, stays as it was: seen in real packets.
struct FixScopeTests {
    @Test(arguments: [Backend.iptablesNft, .iptablesLegacy])
    func theDestinationsThatTheAWSChainLeavesOutStayUntranslated(_ backend: Backend) async throws {
        try await onOwnThread {
            let lab = try FixLab(.awsVPCCNI(backend))
            // Another part of the VPC, behind the same link.
            let inside = try #require(IPAddress("10.0.200.1"))
            try lab.lab.servers.ip(["address add \(inside)/24 dev eth0"])
            try lab.nat.ip(["route add 10.0.200.0/24 via \(LabAddress.servers[0]) dev wan"])
            #expect(try lab.sources(at: [inside], clientPort: 42000) == ["10.0.1.2:42000"])
            try expectApplied(try lab.fix("--override-owner"))
            #expect(try lab.sources(at: [inside], clientPort: 42001) == ["10.0.1.2:42001"])
            try lab.expectKept(port: 42002)
        }
    }

    @Test(arguments: [Backend.nftables, .iptablesNft, .iptablesLegacy])
    func onlyTheSourcesDestinationsAndInterfacesOfTheRuleAreTouched(_ backend: Backend) async throws {
        try await onOwnThread {
            let lab = try FixLab()
            let elsewhere = try lab.addSecondWayOut()
            let left = LabAddress.servers[2]
            try lab.nat.load(
                postrouting: [
                    backend == .nftables
                        ? "ip saddr \(LabAddress.clientA) ip daddr != \(left) oifname \"wan\" meta l4proto udp masquerade random"
                        : "-s \(LabAddress.clientA)/32 ! -d \(left)/32 -o wan -p udp -j MASQUERADE --random"
                ],
                backend
            )
            func expectUntouched(_ port: UInt16) throws {
                let own = "10.0.1.2:\(port)"
                #expect(try lab.sources(at: [left, elsewhere], clientPort: port) == [own, own])
                let other = try lab.sources(at: [LabAddress.servers[0]], from: LabAddress.clientB, clientPort: port)
                #expect(other == ["10.0.1.3:\(port)"])
            }
            try expectUntouched(42000)
            try expectApplied(try lab.fix(proof: lab.provenByTwo))
            try expectUntouched(42001)
            let seen = try lab.sources(at: Array(LabAddress.servers.prefix(2)), clientPort: 42002)
            #expect(seen == ["203.0.113.1:42002", "203.0.113.1:42002"])
        }
    }

    @Test(arguments: [Backend.iptablesNft, .iptablesLegacy])
    func whatAUserChainReturnsOrAcceptsIsLeftAlone(_ backend: Backend) async throws {
        try await onOwnThread {
            let lab = try FixLab()
            let (returned, accepted) = (LabAddress.servers[1], LabAddress.servers[2])
            try lab.nat.load(
                postrouting: ["-o wan -j FIRST", "-s \(LabAddress.clientB)/32 -j MASQUERADE --random-fully"],
                chains: [
                    "FIRST": [
                        "-d \(returned)/32 -j RETURN", "-s \(LabAddress.clientA)/32 -j MASQUERADE --random-fully",
                        "-d \(accepted)/32 -j ACCEPT",
                    ]
                ],
                backend
            )
            func expectUntouched(_ port: UInt16) throws {
                #expect(try lab.sources(at: [returned], clientPort: port) == ["10.0.1.2:\(port)"])
                let other = try lab.sources(at: [accepted], from: LabAddress.clientB, clientPort: port)
                #expect(other == ["10.0.1.3:\(port)"])
            }
            try expectUntouched(42000)
            let proof =
                ["--probe-netns", lab.lab.clientA.namespace.path]
                + ["\(LabAddress.servers[0])", "\(LabAddress.servers[0]):3479", "\(accepted)"].flatMap {
                    ["--stun", $0]
                }
            try expectApplied(try lab.fix(proof: proof))
            try expectUntouched(42001)
            // The last rule of the chain that calls is at fault too: what stands before it in the called one has to count.
            let seen = try lab.sources(
                at: [LabAddress.servers[0], returned],
                from: LabAddress.clientB,
                clientPort: 42002
            )
            #expect(seen == ["203.0.113.1:42002", "203.0.113.1:42002"])
        }
    }

    /// Which of two chains at one priority runs first cannot be read; each is overtaken for its own packets.
    @Test(arguments: [Backend.iptablesNft, .iptablesLegacy])
    func twoRulesAtFaultInChainsOfOnePriorityAreOvertaken(_ backend: Backend) async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try lab.nat.load(postrouting: ["-s \(LabAddress.clientB)/32 -o wan -j MASQUERADE --random-fully"], backend)
            let native =
                "table ip t { chain c { type nat hook postrouting priority 100; ip saddr \(LabAddress.clientA) oifname \"wan\" masquerade random; }; }"
            try lab.nat.require("nft", "-f", "-", input: native)
            let before = try HostImage(lab.nat)
            try expectApplied(try lab.fix())
            try lab.expectKept(port: 42000)
            try lab.expectKept(from: LabAddress.clientB, port: 42001)
            #expect(try lab.undo().status == 0)
            #expect(try HostImage(lab.nat) == before)
        }
    }

    @Test(arguments: FixTableTests.samples)
    func tcpKeepsTheOldRule(_ rule: NATRule) async throws {
        try await onOwnThread {
            let lab = try FixLab(rule)
            try expectApplied(try lab.fix("--override-owner"))
            let flows = try lab.tcpFlows(4)
            #expect(flows.count == 4)
            // A drawn port is the socket's own once in 64,512 times.
            #expect(flows.count { $0.inside == $0.outside } <= 1)
        }
    }

    @Test(arguments: [Backend.iptablesNft, .iptablesLegacy])
    func whatKubeProxyMarkedGoesToItsOwnRule(_ backend: Backend) async throws {
        try await onOwnThread {
            let lab = try FixLab()
            try lab.loadEKSNode(backend)
            let marker = """
                table ip marker { chain marking {
                    type filter hook prerouting priority mangle;
                    iifname "lan0" udp sport 20000-20999 meta mark set meta mark or 0x4000; }; }
                """
            try lab.nat.require("nft", "-f", "-", input: marker)
            try lab.expectKept(false, port: 42000)
            try lab.expectKept(false, port: 20000)
            try expectApplied(try lab.fix("--override-owner"))
            try lab.expectKept(port: 42001)
            try lab.expectKept(false, port: 20001)
        }
    }
}
