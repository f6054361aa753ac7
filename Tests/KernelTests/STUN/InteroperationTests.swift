import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// The built server, asked by other projects' clients through real NATs: what each of them says of the NAT is right only where
/// the server did what its RFC demands.
struct InteroperationTests {
    /// A NAT, and what it is called in the clients' words.
    enum Kind: String, CaseIterable, Sendable {
        /// Masquerade, and nothing unsolicited gets past the input path.
        case masquerade
        /// Another port for each destination.
        case random
        /// One to one, for everybody.
        case fullCone
        /// One to one, for addresses that were sent to before.
        case restrictedCone

        var rules: String {
            switch self {
            case .masquerade:
                """
                table ip t {
                    chain out { type nat hook postrouting priority 100; oifname "wan" masquerade; }
                    chain guard { type filter hook input priority -10; iifname "wan" meta l4proto udp ct state new drop; }
                }

                """
            case .random: "table ip t { chain c { type nat hook postrouting priority 100; masquerade fully-random; }; }"
            case .fullCone: Self.cone("")
            case .restrictedCone: Self.cone("udp dport . ip saddr @known")
            }
        }

        /// Without the guard, a packet that no rule lets in would still take a port of this host.
        private static func cone(_ condition: String) -> String {
            """
            table ip t {
                set known { type inet_service . ipv4_addr; flags dynamic; size 64; }
                chain learn { type filter hook forward priority 0; oifname "wan" update @known { udp sport . ip daddr }; }
                chain out { type nat hook postrouting priority 100; oifname "wan" snat to 203.0.113.1; }
                chain in { type nat hook prerouting priority -100; iifname "wan" \(condition) dnat to 10.0.1.2; }
                chain guard { type filter hook input priority -10; iifname "wan" meta l4proto udp ct state new drop; }
            }

            """
        }
    }

    /// Runs a client behind a NAT, on which the server with these options is reached at 203.0.113.10.
    private static func run(
        _ client: [String],
        behind kind: Kind,
        serving options: [String] = [],
        deadline: Duration = .seconds(60)
    ) throws -> String {
        let lab = try NATLab()
        try lab.nat.require("nft", "-f", "-", input: kind.rules)
        let listen = LabAddress.servers.prefix(2).flatMap { ["--listen", "\($0)"] }
        let server = try LabTool.start([Program.path, "serve"] + listen + options, in: lab.servers.namespace)
        try server.waitForErrors(lines: 4)
        let run = try LabTool.run(client, in: lab.clientA.namespace, deadline: deadline)
        withExtendedLifetime((lab, server)) {}
        return run.output + run.errors
    }

    /// Runs a Debian package's program; where that is missing, its name is in the failure.
    private static func installed(_ program: String, from package: String) throws -> String {
        let path = LabTool.path(of: program)
        return try #require(path, "\(program) is missing: apt-get install \(package)")
    }

    /// stun-client 0.97, by the authors of RFC 3489: no magic cookie, CHANGE-REQUEST in every request.
    @Test(arguments: [
        (Kind.masquerade, "Independent Mapping, Port Dependent Filter, preserves ports"),
        (.random, "Dependent Mapping, random port"), (.fullCone, "Independent Mapping, Independent Filter"),
        (.restrictedCone, "Independent Mapping, Address Dependent Filter"),
    ])
    func theClientOfRFC3489SeesWhatTheNATIs(_ kind: Kind, _ words: String) async throws {
        let said = try await inTurn {
            let client = try Self.installed("stun", from: "stun-client")
            return try Self.run([client, "203.0.113.10", "-p", "41641"], behind: kind)
        }
        #expect(said.contains("Primary: \(words)"), "\(said)")
    }

    /// coturn's turnutils_natdiscovery: RFC 5780 sections 4.3 and 4.4.
    @Test(arguments: [
        (Kind.masquerade, "Endpoint Independent Mapping", "Address and Port Dependent Filtering"),
        (.random, "Address and Port Dependent Mapping", "Address and Port Dependent Filtering"),
        (.fullCone, "Endpoint Independent Mapping", "Endpoint Independent Filtering"),
        (.restrictedCone, "Endpoint Independent Mapping", "Address Dependent Filtering"),
    ])
    func coturnsDiscoverySeesWhatTheNATIs(_ kind: Kind, _ mapping: String, _ filtering: String) async throws {
        let said = try await inTurn {
            let client = try Self.installed("turnutils_natdiscovery", from: "coturn")
            return try Self.run([client, "-m", "-f", "203.0.113.10"], behind: kind)
        }
        #expect(said.contains("NAT with \(mapping)!"), "\(said)")
        #expect(said.contains("NAT with \(filtering)!"), "\(said)")
    }

    /// The same with 1500 bytes of PADDING, so that requests and answers are fragments on their way (section 4.5).
    @Test func coturnsDiscoveryWorksWithFragments() async throws {
        let said = try await inTurn {
            let client = try Self.installed("turnutils_natdiscovery", from: "coturn")
            return try Self.run([client, "-m", "-f", "-P", "203.0.113.10"], behind: .fullCone)
        }
        #expect(said.contains("NAT with Endpoint Independent Mapping!"), "\(said)")
        #expect(said.contains("NAT with Endpoint Independent Filtering!"), "\(said)")
    }

    /// Section 4.6: RESPONSE-PORT, which has to be allowed.
    @Test(arguments: [true, false])
    func coturnsLifetimeTestNeedsTheResponsePort(_ isAllowed: Bool) async throws {
        let said = try await inTurn {
            let client = try Self.installed("turnutils_natdiscovery", from: "coturn")
            return try Self.run(
                [client, "-t", "-T", "1", "203.0.113.10"],
                behind: .masquerade,
                serving: isAllowed ? ["--allow-response-port"] : []
            )
        }
        #expect(said.contains("timeout") != isAllowed, "\(said)")
    }

    /// It asks for answers from elsewhere at another port (RESPONSE-PORT and CHANGE-REQUEST), and waits for ever for them.
    @Test func coturnsClientIsToldTheAddresses() async throws {
        let said = try await inTurn {
            let client = try Self.installed("turnutils_stunclient", from: "coturn")
            return try Self.run([client, "203.0.113.10"], behind: .fullCone, serving: ["--allow-response-port"])
        }
        #expect(said.contains("UDP reflexive addr: 203.0.113.1:"), "\(said)")
        #expect(said.contains("Other addr: : 203.0.113.11:3479"), "\(said)")
        for origin in ["203.0.113.10:3478", "203.0.113.11:3479"] {
            #expect(said.contains("Response origin: : \(origin)"), "\(said)")
        }
    }

    @Test(arguments: [
        (Kind.masquerade, "Restric Port NAT"), (.random, "Symmetric NAT"), (.fullCone, "Full Cone"),
        (.restrictedCone, "Restric NAT"),
    ])
    func pystunSeesWhatTheNATIs(_ kind: Kind, _ words: String) async throws {
        let client = Program.project.appending(path: ".build/test-tools/bin/pystun3").path()
        try #require(
            FileManager.default.isExecutableFile(atPath: client),
            "\(client) is missing: scripts/test installs it, as scripts/lib/tests.txt says"
        )
        let said = try await inTurn {
            try Self.run([client, "-H", "203.0.113.10", "-i", "10.0.1.2", "-p", "41641"], behind: kind)
        }
        #expect(said.contains("NAT Type: \(words)\n"), "\(said)")
    }

    @Test func anIceAgentGetsItsReflexiveCandidate() async throws {
        let script = """
            import asyncio, aioice
            async def main():
                agent = aioice.Connection(ice_controlling=True, stun_server=("203.0.113.10", 3478))
                await agent.gather_candidates()
                for candidate in agent.local_candidates: print(candidate.type, candidate.host)
                await agent.close()
            asyncio.run(main())
            """
        let said = try await inTurn { try Self.run(["python3", "-c", script], behind: .masquerade) }
        #expect(said == "host 10.0.1.2\nsrflx 203.0.113.1\n")
    }
}
