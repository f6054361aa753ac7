import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// The STUN servers of a deployment, by its DERP map, asked in the form that they answer.
struct DERPMapTests {
    /// Go's JSON of a map as tailscale's tailcfg has it, with what Coder adds.
    private static func map(_ nodes: [String]) -> String {
        let regions = nodes.enumerated().map { number, node in
            """
            "\(1000 + number)": {"EmbeddedRelay": false, "RegionID": \(1000 + number), "RegionCode": "r\(number)",
             "RegionName": "Region \(number)", "Nodes": [{"Name": "n\(number)", "RegionID": \(1000 + number), \(node),
             "STUNOnly": true, "DERPPort": 0, "CanPort80": false}]}
            """
        }
        return """
            {"HomeParams": {"RegionScore": null}, "Regions": {"999": {"EmbeddedRelay": true, "RegionID": 999, "RegionCode": "coder",
             "Nodes": [{"Name": "999a", "RegionID": 999, "HostName": "coder.example", "STUNPort": -1}]}
             \(regions.map { ", " + $0 }.joined())}, "omitDefaultRegions": true}
            """
    }

    private static func servers(_ text: String) throws -> [String] {
        try DERPMap(decoding: Array(text.utf8)).servers.map(\.description)
    }

    /// tailcfg/derpmap.go: STUNPort 0 is 3478, -1 is off; an address that is given is not looked up; STUNTestIP stands for all.
    @Test func nodesNameTheirServers() throws {
        let map = Self.map([
            #""HostName": "stun.example", "STUNPort": 19302"#,
            #""HostName": "a.example", "IPv4": "203.0.113.10", "IPv6": "2001:db8::1""#,
            #""HostName": "b.example", "IPv4": "203.0.113.11", "IPv6": "none""#,
            #""HostName": "c.example", "IPv4": "203.0.113.12", "STUNPort": 0"#,
            #""HostName": "d.example", "STUNTestIP": "127.0.0.9", "STUNPort": 5000"#,
        ])
        #expect(
            try Self.servers(map) == [
                "stun.example:19302", "203.0.113.10:3478", "[2001:db8::1]:3478", "203.0.113.11:3478",
                "203.0.113.12:3478",
                "c.example:3478", "127.0.0.9:5000",
            ]
        )
        #expect(try Self.servers(Self.map([])) == [])
        #expect(try Self.servers(#"{"Regions": null}"#) == [])
        #expect(try Self.servers(#"{"Regions": {"1": null, "2": {"RegionID": 2, "Nodes": null}}}"#) == [])
        let away = Self.map([#""HostName": "a.example""#]).replacing(
            "\"RegionCode\": \"r0\"",
            with: "\"NoMeasureNoHome\": true"
        )
        #expect(try Self.servers(away) == [])
    }

    @Test func whatIsNoMapIsRefused() {
        for text in [
            "", "[]", "{}", #"{"message": "not found"}"#, "{", #"{"Regions": 5}"#,
            #"{"Regions": {"1": {"RegionID": "x"}}}"#,
        ] {
            #expect(throws: DERPMapError.noMap) { try Self.servers(text) }
        }
        #expect(throws: DERPMapError.port(node: "n0", 70_000)) {
            try Self.servers(Self.map([#""HostName": "a.example", "STUNPort": 70000"#]))
        }
        #expect(throws: DERPMapError.host(node: "n0", "a b\u{1B}[31m")) {
            try Self.servers(Self.map([#""HostName": "a b\u001b[31m""#]))
        }
    }

    @Test func largeMapsAreAskedInPart() throws {
        let map = Self.map((0..<100).map { "\"IPv4\": \"10.0.0.\($0)\", \"IPv6\": \"none\"" })
        #expect(try Self.servers(map).count == DERPMap.regionLimit)
    }

    /// A server that answers as tailscale's does (net/stun, ParseBindingRequest): SOFTWARE `tailnode`, FINGERPRINT at the end,
    /// anything else is met with silence.
    private static func pickyServer(at endpoint: Endpoint, on host: LabHost) throws -> ScriptedServer {
        try ScriptedServer(at: endpoint, on: host) { request, bytes, source in
            guard bytes.count == 40, Array(bytes[20..<32]) == [0x80, 0x22, 0, 8] + Array("tailnode".utf8),
                Array(bytes[32..<36]) == [0x80, 0x28, 0, 4]
            else { return [] }
            return [request.success(seenAt: source)]
        }
    }

    /// Runs the command with a map in a file.
    private static func stun(_ lab: NATLab, _ map: String, _ command: String = "stun", _ more: [String] = []) throws
        -> ToolRun
    {
        let file = FileManager.default.temporaryDirectory.appending(path: "derp-\(UUID().uuidString).json")
        try Data(map.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try Program.run([command, "--derp-map", file.path()] + more, in: lab.clientA.namespace)
    }

    @Test func relaysAreAskedInTheirForm() async throws {
        let (asked, bare) = try await inTurn {
            let lab = try NATLab()
            let masquerade =
                "table ip t { chain c { type nat hook postrouting priority 100; oifname \"wan\" masquerade; }; }"
            try lab.nat.require("nft", "-f", "-", input: masquerade)
            let servers = try LabAddress.servers.prefix(2).map {
                try Self.pickyServer(at: Endpoint(address: $0, port: 3478), on: lab.servers)
            }
            let map = Self.map(
                LabAddress.servers.prefix(2).map {
                    "\"HostName\": \"x.example\", \"IPv4\": \"\($0)\", \"IPv6\": \"none\""
                }
            )
            return try withExtendedLifetime(servers) {
                let bare = try Program.run(
                    ["stun", "203.0.113.10", "203.0.113.11", "--timeout", "1"],
                    in: lab.clientA.namespace
                )
                return (try Self.stun(lab, map), bare)
            }
        }
        #expect(asked.status == 0, "\(asked.output)\(asked.errors)")
        #expect(asked.output.hasPrefix("easy: "))
        #expect(asked.output.contains("filtering: not tested"))
        #expect(bare.status == 1)
    }

    @Test func aMapWithoutSTUNIsAFinding() async throws {
        let (stun, scan) = try await inTurn {
            let lab = try NATLab()
            return (try Self.stun(lab, Self.map([])), try Self.stun(lab, Self.map([]), "scan", ["--format", "json"]))
        }
        #expect(stun.status == 2)
        #expect(stun.errors.contains("no STUN server to ask"))
        let report = try JSONDecoder().decode(ScanOutput.self, from: Data(scan.output.utf8))
        #expect(report.findings.contains { $0.id == "no-stun-servers" })
        #expect(report.probes.isEmpty)
    }

    /// A server of the web inside the laboratory: Python's.
    @Test func aMapIsFetchedFromTheWeb() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "derp-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let map = Self.map([#""IPv4": "127.0.0.2", "IPv6": "none""#, #""IPv4": "127.0.0.3", "IPv6": "none""#])
        try Data(map.utf8).write(to: folder.appending(path: "default"))
        let (found, absent) = try await inTurn {
            let loopback = try LoopbackHost()
            let servers = try loopback.serve("127.0.0.2:3478", "127.0.0.3:3478")
            let web = try LabTool.start(
                ["python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", folder.path(), "8080"],
                in: loopback.host.namespace
            )
            let url = "http://127.0.0.1:8080/default"
            var found = try loopback.nataudit("stun", "--derp-map", url)
            for _ in 0..<100 where found.errors.contains("connect") {
                _ = try web.status(within: .milliseconds(50))
                found = try loopback.nataudit("stun", "--derp-map", url)
            }
            return try withExtendedLifetime((servers, web)) {
                (found, try loopback.nataudit("stun", "--derp-map", url + "/no"))
            }
        }
        #expect(found.status == 0, "\(found.errors)")
        #expect(found.output.hasPrefix("no-nat: "))
        #expect(absent.status == 2)
        #expect(absent.errors.contains("could not use the DERP map http://127.0.0.1:8080/default/no"))
        #expect(absent.errors.split(separator: "\n").count == 1)
    }
}
