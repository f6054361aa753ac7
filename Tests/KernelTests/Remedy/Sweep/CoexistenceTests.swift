import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// Programs that own rules load them again after a fix: nataudit's table stays and still wins, and none of their tools
/// sees anything else than before.
struct CoexistenceTests {
    /// Somebody's rules, and how they are loaded again, as that program does it.
    struct Owner: Sendable, CustomTestStringConvertible {
        let name: String
        /// Makes the rules, on a host that has none.
        let load: @Sendable (FixLab) throws -> Void
        /// Makes them once more, while they are there.
        let reload: @Sendable (FixLab) throws -> Void

        var testDescription: String { name }

        init(
            _ name: String,
            load: @escaping @Sendable (FixLab) throws -> Void,
            reload: (@Sendable (FixLab) throws -> Void)? = nil
        ) {
            self.name = name
            self.load = load
            self.reload = reload ?? load
        }
    }

    private static let draw = "-s 10.0.1.0/24 -o wan -j MASQUERADE --random-fully"

    static let owners: [Owner] =
        [Backend.iptablesNft, .iptablesLegacy].flatMap { backend -> [Owner] in
            let tool = backend.rawValue
            return [
                Owner("a node's rules, \(tool)-restore") { try $0.loadEKSNode(backend) },
                Owner("fck-nat: \(tool) -F, -A") { lab in
                    try lab.nat.require("sh", "-ec", "\(tool) -t nat -F; \(tool) -t nat -A POSTROUTING \(draw)")
                },
                Owner(
                    "Docker's rules beside one at fault, \(tool)",
                    load: { lab in
                        try lab.restore("docker-iptables.v4.save", "\(tool)-restore")
                        // As Docker leaves it where something else forwards too.
                        try lab.nat.require("\(tool)", "-P", "FORWARD", "ACCEPT")
                        try lab.nat.require("sh", "-ec", "\(tool) -t nat -A POSTROUTING \(draw)")
                    },
                    reload: { lab in
                        // As dockerd does when it starts: each of its rules is deleted and put in front again.
                        let docker = "-s 172.17.0.0/16 ! -o docker0 -j MASQUERADE"
                        try lab.nat.require(
                            "sh",
                            "-ec",
                            "\(tool) -t nat -D POSTROUTING \(docker); \(tool) -t nat -I POSTROUTING \(docker)"
                        )
                    }
                ),
            ]
        } + [
            Owner(
                "nft -f of a file that flushes its table",
                load: { try $0.nat.require("nft", "-f", "-", input: site) },
                reload: { try $0.nat.require("nft", "-f", "-", input: "flush table ip site\n" + site) }
            ),
            Owner(
                "nft -f of a file that makes its table anew",
                load: { try $0.nat.require("nft", "-f", "-", input: site) },
                reload: { try $0.nat.require("nft", "-f", "-", input: "delete table ip site\n" + site) }
            ),
        ]

    private static let site = """
        table ip site {
            chain post { type nat hook postrouting priority srcnat; oifname "wan" masquerade fully-random; }
        }
        """

    @Test(arguments: owners)
    func theTableStaysAndWinsAndTheirToolsSeeWhatTheySaw(_ owner: Owner) async throws {
        try await inTurn {
            let lab = try FixLab()
            try owner.load(lab)
            // Once before, so that what a reload reorders by itself is not taken for the fix's doing.
            try owner.reload(lab)
            let before = try Listing(lab.nat)
            try expectApplied(try lab.fix("--override-owner"))
            #expect(try Listing(lab.nat) == before)
            try owner.reload(lab)
            #expect(try Listing(lab.nat) == before)
            try lab.expectEasy()
            #expect(try lab.undo().status == 0)
            #expect(try Listing(lab.nat) == before)
            #expect(try HostImage(lab.nat).rules == HostImage(lab.nat).foreignRules)
        }
    }

    /// What the owners' own tools print, to the byte but for counters and comments.
    struct Listing: Equatable {
        let nft: String
        let tables: String

        init(_ host: LabHost) throws {
            nft = try HostImage(host).foreignRules
            tables = try host.require("sh", "-c", Self.script)
        }

        /// Errors count too: iptables-nft says so where it meets a table that it does not understand.
        private static let script = """
            for tool in iptables-nft ip6tables-nft iptables-legacy ip6tables-legacy; do
                echo "$tool"
                "$tool-save" 2>&1 | grep -v '^# [GC]' | sed -E 's/\\[[0-9]+:[0-9]+\\]//'
            done
            """
    }
}

extension FixLab {
    /// Checks that a STUN probe from the first client sees an easy NAT, and that a port which no flow had keeps its number.
    func expectEasy(port: UInt16 = 42_100, at location: SourceLocation = #_sourceLocation) throws {
        let scan = try nataudit(["scan", "--format", "json"] + proven)
        let report = try JSONDecoder().decode(ScanOutput.self, from: Data(scan.output.utf8))
        #expect(report.verdict == "easy" && scan.status == 0, "\(scan.errors)", sourceLocation: location)
        try expectKept(port: port, at: location)
    }

    /// Loads a ruleset of the corpus.
    fileprivate func restore(_ file: String, _ tool: String) throws {
        let path = Bundle.module.bundleURL.appending(path: "Fixtures/Corpus/\(file)")
        try nat.require(tool, input: try String(contentsOf: path, encoding: .utf8))
    }
}
