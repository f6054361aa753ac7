import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// What is not understood, not ours, or in other hands is refused, with the reason, and nothing is changed.
struct FixRefusalTests {
    /// A rule at fault behind something that cannot be copied, and a word by which it is named.
    struct Row: Sendable, CustomTestStringConvertible {
        let backend: Backend
        let rules: [String]
        let named: String

        var testDescription: String { "\(backend.rawValue): \(rules)" }
    }

    static let rows: [Row] =
        [
            Row(
                backend: .nftables,
                rules: ["oifname \"wan\" numgen random mod 2 0 masquerade random"],
                named: "numgen"
            ),
            Row(
                backend: .nftables,
                rules: ["oifname \"wan\" ct mark 0x1 return", "oifname \"wan\" masquerade random"],
                named: "ct mark"
            ),
        ]
        + [Backend.iptablesNft, .iptablesLegacy].flatMap { backend in
            [
                (["-m statistic --mode random --probability 0.5 -j RETURN"], "statistic"),
                (["-m u32 --u32 \"0x0=0x0\" -j ACCEPT"], "u32"),
                (["-m set --match-set named dst -j RETURN"], "set"),
                (["-m connmark --mark 0x1 -j RETURN"], "connmark"),
            ].map { exceptions, named in
                Row(
                    backend: backend,
                    rules: exceptions + ["-o wan -j MASQUERADE --random-fully"],
                    named: named
                )
            }
        }

    @Test(arguments: rows)
    func aConditionThatCannotBeCopiedIsNamed(_ row: Row) async throws {
        try await onOwnThread {
            let lab = try FixLab()
            if row.named == "set" { try lab.nat.require("ipset", "create", "named", "hash:net") }
            try lab.nat.load(postrouting: row.rules, row.backend)
            let before = try HostImage(lab.nat)
            let run = try lab.fix(proof: ["--no-verify"])
            expectRefused(run, row.named)
            let report = try FixOutput(run)
            #expect(!report.applied && !report.changed && report.undo == nil)
            #expect(report.notes.contains { $0.hasPrefix("refused: ") && $0.contains(row.named) })
            #expect(try HostImage(lab.nat) == before)
            #expect(try HostImage(lab.nat).generation == before.generation)
            #expect(try lab.records() == [])
        }
    }

    /// What is named and passes the hard path by is no success, and no NAT instance beside the rule at fault.
    @Test func whatMissesTheHardPathIsRefused() async throws {
        try await onOwnThread {
            let lab = try FixLab()
            let rule = "-t nat -A POSTROUTING -s 10.0.1.0/24 -o wan -j MASQUERADE --random-fully"
            try LabTool.require(["iptables-nft"] + rule.split(separator: " ").map(String.init), in: lab.nat.namespace)
            let before = try HostImage(lab.nat)
            expectRefused(try lab.fix("--out-interface", "nosuch"), "there is no interface nosuch here", "wan")
            expectRefused(try lab.fix("--out-interface", "lan0"), "it leaves by wan")
            expectRefused(
                try lab.fix("--out-interface", "wan", "--source", "10.0.1.2"),
                "10.0.1.2",
                "name 10.0.1.0/24 with --source"
            )
            #expect(try HostImage(lab.nat) == before)
        }
    }

    @Test func aTableOfThatNameThatSomebodyElseMadeIsNotTouched() throws {
        let lab = try FixLab(FixTableTests.rules[0])
        try lab.nat.require("nft", "add table ip nataudit { comment \"mine\" ; }")
        let before = try HostImage(lab.nat)
        expectRefused(try lab.fix(), "a table named nataudit exists that nataudit did not make")
        #expect(try HostImage(lab.nat) == before)
        #expect(try lab.undo().status == 0)
        #expect(try HostImage(lab.nat) == before)
    }

    @Test func withoutThePrivilegeItSaysWhichOneIsMissing() throws {
        let lab = try FixLab(FixTableTests.rules[0])
        let before = try HostImage(lab.nat)
        let run = try lab.nataudit(
            ["fix", "--masquerade", "--yes", "--no-verify"],
            through: ["setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin"]
        )
        #expect(run.status == 2)
        #expect(run.errors.contains("CAP_NET_ADMIN"))
        #expect(try HostImage(lab.nat) == before)
        #expect(try lab.records() == [])
    }

    @Test func anotherInstanceAtWorkIsWaitedForByNobody() throws {
        let lab = try FixLab(FixTableTests.rules[0])
        try FileManager.default.createDirectory(at: lab.state, withIntermediateDirectories: true)
        let before = try HostImage(lab.nat)
        guard let lock = try FileLock(path: lab.lock) else {
            Issue.record("the lock is taken already")
            return
        }
        expectRefused(try lab.fix(), "another nataudit")
        expectRefused(try lab.undo(), "another nataudit")
        #expect(try HostImage(lab.nat) == before)
        withExtendedLifetime(lock) {}
    }

    @Test func ofTwoAtOnceOneApplies() async throws {
        try await onOwnThread {
            let lab = try FixLab(FixTableTests.rules[0])
            let arguments = [Program.path, "fix", "--masquerade", "--yes", "--format", "json"] + lab.proven
            let both = try (0..<2).map { _ in
                try LabTool.start(arguments, in: lab.nat.namespace, environment: lab.environment)
            }
            let ends = try both.map { try #require(try $0.status(within: .seconds(20))) }
            #expect(ends.contains(0))
            let outputs = try both.map { String(decoding: try $0.output(), as: UTF8.self) }
            // The other one was refused, or came so late that nothing was left to do.
            #expect(outputs.count { $0.contains("\"applied\" : true") } == 1)
            #expect(try lab.undo().status == 0)
        }
    }

    /// Places where nothing can be written.
    @Test(arguments: ["/proc/nataudit", "/dev/null/nataudit"])
    func whereNoRecordCanBeKeptNothingIsApplied(_ folder: String) throws {
        let lab = try FixLab(FixTableTests.rules[0])
        let before = try HostImage(lab.nat)
        let run = try Program.run(
            ["fix", "--masquerade", "--yes"] + lab.proven,
            in: lab.nat.namespace,
            environment: ["NATAUDIT_STATE": folder]
        )
        #expect(run.status == 2)
        #expect(run.errors.contains(folder))
        #expect(try HostImage(lab.nat) == before)
    }

    @Test func aRecordThatCannotBeReplacedOrIsALinkStopsTheFix() throws {
        let lab = try FixLab(FixTableTests.rules[0])
        let before = try HostImage(lab.nat)
        let name = "\(lab.nat.namespace.identity).json"
        try FileManager.default.createDirectory(
            at: lab.state.appending(path: "\(name).new/x"),
            withIntermediateDirectories: true
        )
        #expect(try lab.fix(proof: ["--no-verify"]).status == 2)
        #expect(try HostImage(lab.nat) == before)
        try FileManager.default.removeItem(at: lab.state.appending(path: "\(name).new"))

        let victim = lab.state.appending(path: "victim")
        try Data("{}".utf8).write(to: victim)
        try FileManager.default.createSymbolicLink(
            at: lab.state.appending(path: name),
            withDestinationURL: victim
        )
        #expect(try lab.fix(proof: ["--no-verify"]).status == 2)
        #expect(try HostImage(lab.nat) == before)
        #expect(try Data(contentsOf: victim) == Data("{}".utf8))
    }
}
