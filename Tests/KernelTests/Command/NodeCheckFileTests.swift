import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// The files that a node check leaves for Prometheus and for node-feature-discovery.
struct NodeCheckFileTests {
    @Test func theMetricsAreWhatPrometheusAsksFor() async throws {
        try await onOwnThread {
            let lab = try NATLab()
            try NATRule.awsVPCCNI().load(on: lab.nat)
            try NodeCheckRun.inFolder { folder in
                let file = "\(folder)/nataudit.prom"
                #expect(try NodeCheckRun.run(lab.nat, ["--textfile", file]).status == 1)
                let text = try String(contentsOfFile: file, encoding: .utf8)
                #expect(text.hasSuffix("\n"))
                #expect(
                    text.contains(
                        "nataudit_verdict{verdict=\"hard\"} 1\nnataudit_verdict{verdict=\"unknown\"} 0\n"
                    )
                )
                let rules = text.split(separator: "\n").filter { $0.hasPrefix("nataudit_source_nat_rules{") }
                #expect(rules.filter { $0.contains("verdict=\"hard\"") && !$0.hasSuffix(" 0") }.count == 1)
                #expect(rules.filter { !$0.hasSuffix(" 0") }.count == 1)
                #expect(text.contains("nataudit_permission_missing 0\n"))
                #expect(text.contains("nataudit_upstream_tested 0\n"))
                // promtool complains of names, units, types and help that are not as they should be.
                let check = try LabTool.run(["promtool", "check", "metrics"], in: .current(), input: text)
                #expect(check.status == 0, "\(check.errors)")
                #expect(check.errors.isEmpty && check.output.isEmpty, "\(check.output)\(check.errors)")
            }
        }
    }

    @Test func otherUsersMayReadThemWhateverTheUmask() async throws {
        try await onOwnThread {
            let lab = try NATLab()
            try NodeCheckRun.inFolder { folder in
                let files = ["\(folder)/nataudit.prom", "\(folder)/labels"]
                let run = try Program.run(
                    ["node-check", "--textfile", files[0], "--nfd-file", files[1]],
                    in: lab.nat.namespace,
                    through: ["sh", "-c", "umask 077; exec \"$@\"", "sh"]
                )
                #expect(run.status == 0, "\(run.errors)")
                #expect(try LabTool.require(["stat", "-c", "%a"] + files, in: .current()) == "644\n644\n")
            }
        }
    }

    @Test func aNodeExporterReadsThem() async throws {
        try await onOwnThread {
            let lab = try NATLab()
            try NodeCheckRun.inFolder { folder in
                _ = try NodeCheckRun.run(lab.nat, ["--textfile", "\(folder)/nataudit.prom"])
                let exporter = try LabTool.start(
                    [
                        "prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile",
                        "--collector.textfile.directory=\(folder)", "--web.listen-address=127.0.0.1:9100",
                    ],
                    in: lab.nat.namespace
                )
                defer { exporter.end() }
                let page = try lab.nat.require("python3", "-c", Self.fetch)
                #expect(page.contains("nataudit_verdict{verdict=\"no-nat\"} 1\n"))
                #expect(page.contains("# TYPE nataudit_check_duration_seconds gauge\n"))
                #expect(page.contains("# HELP nataudit_source_nat_rules Rules that"))
                #expect(page.contains("node_textfile_scrape_error 0\n"))
            }
        }
    }

    /// Asks the exporter until it is up, for 20 s.
    private static let fetch = """
        import time, urllib.request
        for _ in range(200):
            try:
                print(urllib.request.urlopen("http://127.0.0.1:9100/metrics", timeout=5).read().decode())
                break
            except OSError:
                time.sleep(0.1)
        """

    @Test func theLabelsAreWhatNodeFeatureDiscoveryReads() throws {
        let lab = try NATLab()
        try NATRule.awsVPCCNI().load(on: lab.nat)
        try NodeCheckRun.inFolder { folder in
            _ = try NodeCheckRun.run(lab.nat, ["--nfd-file", "\(folder)/nataudit"])
            let text = try String(contentsOfFile: "\(folder)/nataudit", encoding: .utf8)
            #expect(
                text == """
                    feature.node.kubernetes.io/nataudit.attribution=this-host
                    feature.node.kubernetes.io/nataudit.owner=aws-vpc-cni
                    feature.node.kubernetes.io/nataudit.verdict=hard

                    """
            )
            // Kubernetes' own limits for a label's name and value.
            for line in text.split(separator: "\n") {
                #expect(
                    line.wholeMatch(
                        of: /[a-z.]+\/[A-Za-z0-9][-._A-Za-z0-9]{0,61}=[A-Za-z0-9][-._A-Za-z0-9]{0,61}/
                    ) != nil
                )
            }
        }
    }

    /// What keeps a file from being written: a mount over the folder, or no folder.
    enum Obstacle: String, CaseIterable, Sendable {
        case missing = "rmdir"
        case readOnly = "mount -t tmpfs -o ro tmpfs"
        case full = "fill() { mount -t tmpfs -o size=4k tmpfs $1 && head -c 4096 /dev/zero > $1/full; }; fill"
    }

    @Test(arguments: Obstacle.allCases)
    func whatCannotBeWrittenIsSaidAndDoesNotHideTheVerdict(_ obstacle: Obstacle) throws {
        let lab = try NATLab()
        for rule in [nil, NATRule.awsVPCCNI()] {
            try rule?.load(on: lab.nat)
            try NodeCheckRun.inFolder { folder in
                let script = """
                    \(obstacle.rawValue) \(folder) || exit 9
                    shift; "$0" "$@"; code=$?
                    ls -A \(folder) 2>/dev/null | grep -v full >&2
                    exit $code
                    """
                let run = try NodeCheckRun.run(
                    lab.nat,
                    ["--textfile", "\(folder)/nataudit.prom"],
                    through: ["unshare", "--mount", "sh", "-c", script, Program.path]
                )
                if rule == nil {
                    #expect(
                        run.output
                            == "no-nat: this node translates nothing; upstream untested; textfile not written\n"
                    )
                    #expect(run.status == 2)
                } else {
                    #expect(run.output == "hard: SNAT fully-random by aws-vpc-cni in AWS-SNAT-CHAIN-0\n")
                    #expect(run.status == 1)
                }
                #expect(run.errors.contains("\(folder)/nataudit.prom: "))
                #expect(!run.errors.contains(".tmp"))
                try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            }
        }
    }

    @Test func checksAtOnceLeaveOneWholeFile() async throws {
        try await onOwnThread {
            let lab = try NATLab()
            try NodeCheckRun.inFolder { folder in
                let file = "\(folder)/nataudit.prom"
                let checks = try (0..<8).map { _ in
                    try LabTool.start(
                        [Program.path, "node-check", "--textfile", file],
                        in: lab.nat.namespace
                    )
                }
                var sizes: Set<Int> = []
                for check in checks {
                    while try check.status(within: .milliseconds(1)) == nil {
                        if let text = try? String(contentsOfFile: file, encoding: .utf8) {
                            sizes.insert(text.split(separator: "\n").count)
                        }
                    }
                    #expect(try check.status(within: .seconds(20)) == 0)
                }
                let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").count
                #expect(sizes.isSubset(of: [lines]))
                #expect(try NodeCheckRun.names(in: folder) == ["nataudit.prom"])
            }
        }
    }

    @Test func aLeftoverOfAKilledCheckStopsNobody() async throws {
        try await onOwnThread {
            let lab = try NATLab()
            try NodeCheckRun.inFolder { folder in
                let killed = try Program.run(
                    ["node-check", "--textfile", "\(folder)/nataudit.prom"],
                    in: lab.nat.namespace,
                    through: NodeCheckRun.delaying("rename", by: .seconds(15)) + [
                        "timeout", "--signal=KILL", "2",
                    ]
                )
                #expect(killed.output.isEmpty)
                #expect(try NodeCheckRun.run(lab.nat, ["--textfile", "\(folder)/nataudit.prom"]).status == 0)
                // No reader of the folder takes what was left: it is hidden, and ends in another way.
                let left = try NodeCheckRun.names(in: folder).filter { $0 != "nataudit.prom" }
                #expect(left.count == 1)
                #expect(left.allSatisfy { $0.hasPrefix(".") && $0.hasSuffix(".tmp") })
            }
        }
    }
}
