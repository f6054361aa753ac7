import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// A capture, judged elsewhere and without privilege, against the scan of the host at that moment.
struct CaptureCommandTests {
    /// A program as a user without any privilege, in a user of its own.
    private static let powerless = [
        "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--bounding-set=-all",
    ]

    /// Rules of every backend, with ipsets, sets, marks and destination NAT, on a host with a rule of its own for ways.
    private static func host() throws -> LabHost {
        let host = try LabHost(forwarding: .on)
        try host.ip([
            "link add wan type veth peer name wan-peer", "link set wan-peer up", "link set wan up",
            "link add lan type veth peer name lan-peer", "link set lan-peer up", "link set lan up",
            "address add 203.0.113.2/24 dev wan", "address add 10.0.1.1/24 dev lan",
            "address add 2001:db8::2/64 dev wan nodad",
            "route add default via 203.0.113.254 dev wan", "route add default via 203.0.113.253 dev wan table 7",
            "rule add fwmark 0x7 lookup 7",
        ])
        let commands = """
            ipset create pods hash:net
            ipset add pods 10.0.1.0/24
            iptables-nft -t nat -A POSTROUTING -m set --match-set pods src -o wan -j MASQUERADE --random-fully
            iptables-legacy -t mangle -A PREROUTING -s 10.0.1.77 -j MARK --set-mark 7
            iptables-legacy -t nat -A PREROUTING -p udp -d 203.0.113.2 --dport 53 -j DNAT --to-destination 10.0.1.9
            nft add table inet own
            nft 'add set inet own served { type ipv4_addr; flags interval; elements = { 192.0.2.0/24 } }'
            nft 'add chain inet own post { type nat hook postrouting priority 90; }'
            nft add rule inet own post ip daddr @served oifname wan masquerade
            """
        try LabTool.require(["sh", "-ec", commands], in: host.namespace)
        return host
    }

    /// The report without the time, which is all that may differ.
    private static func timeless(_ report: String) throws -> NSDictionary {
        var object = try #require(try JSONSerialization.jsonObject(with: Data(report.utf8)) as? [String: Any])
        var host = try #require(object["host"] as? [String: Any])
        host["time"] = nil
        object["host"] = host
        return object as NSDictionary
    }

    private static func withFile(_ body: (String) throws -> Void) throws {
        let folder = URL.temporaryDirectory.appending(path: "nataudit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path())
        try body(folder.appending(path: "host.capture").path())
    }

    @Test func aCaptureGivesTheReportOfTheHost() async throws {
        try await inTurn {
            let host = try Self.host()
            try Self.withFile { file in
                let made = try Program.run(["capture", "--output", file], in: host.namespace)
                #expect(made.status == 0 && made.output.isEmpty && made.errors.isEmpty, "\(made.errors)")
                let live = try Program.run(["scan", "--no-stun", "--format", "json"], in: host.namespace)
                let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
                #expect(mode == 0o600)

                try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
                let elsewhere = try LabHost(forwarding: .off)
                let away = try Program.run(
                    ["scan", "--capture", file, "--format", "json"],
                    in: elsewhere.namespace,
                    through: Self.powerless
                )
                #expect(away.status == live.status && away.errors.isEmpty, "\(away.errors)")
                try Schema.scan.check([away.output])
                let report = try Self.timeless(live.output)
                let awayReport = try Self.timeless(away.output)
                #expect(awayReport == report)
                let rules = try #require(report["sourceNAT"] as? [Any])
                #expect(rules.count == 2)
                withExtendedLifetime((host, elsewhere)) {}
            }
        }
    }

    @Test func aCaptureWithoutPrivilegeSaysWhatIsMissing() async throws {
        try await inTurn {
            let host = try Self.host()
            try Self.withFile { file in
                let made = try Program.run(
                    ["capture"],
                    in: host.namespace,
                    through: ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
                )
                // What a pipe takes is the file.
                #expect(made.status == 0, "\(made.errors)")
                let live = try Program.run(
                    ["capture", "--output", file],
                    in: host.namespace,
                    through: ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
                )
                #expect(live.status == 0)
                let away = try Program.run(["scan", "--capture", file, "--format", "json"], in: host.namespace)
                let report = try JSONDecoder().decode(ScanOutput.self, from: Data(away.output.utf8))
                #expect(report.findingIDs.contains("permission-missing"))
                #expect(away.status == 2)
                withExtendedLifetime(host) {}
            }
        }
    }

    @Test func whatIsNoCaptureIsRefusedInOneLine() async throws {
        try await inTurn {
            let host = try LabHost(forwarding: .off)
            try Self.withFile { file in
                let made = try Program.run(["capture", "--output", file], in: host.namespace)
                #expect(made.status == 0)
                let whole = try Data(contentsOf: URL(filePath: file))
                var changed = whole
                changed[changed.count / 2] ^= 1
                var later = whole
                later[9] = 200
                let cases: [(Data, String)] = [
                    (Data(), "no capture"), (Data("hello".utf8), "no capture"),
                    (whole.prefix(15), "ends within its head"),
                    (whole.prefix(whole.count / 2), "damaged"), (changed, "damaged"), (whole + Data([0]), "damaged"),
                    (later, "version 200"),
                ]
                for (data, words) in cases {
                    try data.write(to: URL(filePath: file))
                    let run = try Program.run(["scan", "--capture", file])
                    #expect(run.status == 2 && run.output.isEmpty)
                    #expect(run.errors.contains(words) && run.errors.contains(file), "\(run.errors)")
                    #expect(run.errors.count { $0 == "\n" } <= 1)
                }
                let absent = try Program.run(["scan", "--capture", file + ".absent"])
                #expect(absent.status == 2 && absent.errors.contains("ENOENT"))
                let endless = try Program.run(["scan", "--capture", "/dev/zero"])
                #expect(endless.status == 2 && endless.errors.contains("EFBIG"))
            }
            withExtendedLifetime(host) {}
        }
    }

    @Test(arguments: [["--stun", "192.0.2.1"], ["--probe-netns", "pid:1"], ["--netns", "pid:1"]])
    func aCaptureIsNeverProbed(_ options: [String]) throws {
        let run = try Program.run(["scan", "--capture", "/dev/null"] + options)
        #expect(run.status == 64)
        #expect(run.errors.contains("--capture and \(options[0])"))
    }
}
