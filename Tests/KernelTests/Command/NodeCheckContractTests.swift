import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// What a plugin's host relies on: where the check may pass, what it sends, and when it ends.
struct NodeCheckContractTests {
    private static let wrong = "unknown: wrong network namespace (10.0.1.5 is not on this host)\n"

    @Test func theNodesOwnAddressProvesTheNamespace() throws {
        let lab = try NATLab()
        #expect(try NodeCheckRun.run(lab.nat, ["--host-ip", "203.0.113.1"]).status == 0)
        #expect(try NodeCheckRun.run(lab.nat, environment: ["HOST_IP": "203.0.113.1"]).status == 0)
        let foreign = try NodeCheckRun.run(lab.nat, ["--host-ip", "10.0.1.5"])
        #expect(foreign.output == Self.wrong)
        #expect(foreign.status == 2)
        let named = try NodeCheckRun.run(lab.nat, environment: ["HOST_IP": "10.0.1.5"])
        #expect(named.output == Self.wrong)
        #expect(named.status == 2)
        // The option counts before the environment.
        let both = try NodeCheckRun.run(
            lab.nat,
            ["--host-ip", "203.0.113.1"],
            environment: ["HOST_IP": "10.0.1.5"]
        )
        #expect(both.status == 0)
    }

    @Test(arguments: ["127.0.0.1", "::1", "0.0.0.0", "fe80::1", "node-1"])
    func anAddressThatEveryNetworkHasIsWrongUsage(_ address: String) throws {
        let host = try LabHost()
        let option = try Program.run(["node-check", "--host-ip", address], in: host.namespace)
        #expect(option.status == 64)
        #expect(option.output.isEmpty)
        let variable = try Program.run(["node-check"], in: host.namespace, environment: ["HOST_IP": address])
        #expect(variable.status == 64)
        #expect(variable.errors.contains("HOST_IP"))
    }

    @Test func aPodsOwnNetworkNeverPassesForTheNode() throws {
        // A pod without hostNetwork: an address, a way out, no rules, and every dump succeeds.
        let lab = try NATLab()
        try NATRule.awsVPCCNI().load(on: lab.nat)
        let cluster = ["KUBERNETES_SERVICE_HOST": "10.96.0.1"]
        let pod = try NodeCheckRun.run(lab.clientA, environment: cluster)
        #expect(pod.output == "unknown: in a pod without HOST_IP: whose network this is cannot be told\n")
        #expect(pod.status == 2)
        let told = try NodeCheckRun.run(
            lab.clientA,
            environment: cluster.merging(["HOST_IP": "203.0.113.1"]) { $1 }
        )
        #expect(told.output == "unknown: wrong network namespace (203.0.113.1 is not on this host)\n")
        #expect(told.status == 2)
        // The same pod with hostNetwork.
        let node = try NodeCheckRun.run(
            lab.nat,
            environment: cluster.merging(["HOST_IP": "203.0.113.1"]) { $1 }
        )
        #expect(node.status == 1)
    }

    @Test func withoutPrivilegeOnlyServersCanTell() async throws {
        try await onOwnThread {
            let lab = try NATLab()
            let servers = try lab.answerSTUN()
            let unprivileged = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
            try NATRule.table[0].load(on: lab.nat)
            let blind = try NodeCheckRun.run(lab.nat, through: unprivileged)
            #expect(blind.output == "unknown: rules unread: CAP_NET_ADMIN is missing\n")
            #expect(blind.status == 2)
            #expect(blind.errors.contains("CAP_NET_ADMIN"))
            // What the host's own socket saw does not speak of its pods.
            let easy = try NodeCheckRun.run(lab.nat, NodeCheckRun.servers, through: unprivileged)
            #expect(easy.output == "unknown: STUN says no-nat; rules unread: CAP_NET_ADMIN is missing\n")
            #expect(easy.status == 2)
            try lab.nat.require("nft", "flush ruleset")
            try NATRule.awsVPCCNI().load(on: lab.nat)
            let hard = try NodeCheckRun.run(lab.nat, NodeCheckRun.servers, through: unprivileged)
            #expect(hard.output == "hard: the port changes; its cause is unread: CAP_NET_ADMIN is missing\n")
            #expect(hard.status == 1)
            withExtendedLifetime(servers) {}
        }
    }

    @Test func nothingIsSentWithoutNamedServers() async throws {
        try await onOwnThread {
            let lab = try NATLab()
            try lab.nat.require(
                "nft",
                "-f",
                "-",
                input: """
                    table inet watch {
                        counter sent { }
                        chain out { type filter hook output priority -300; oifname wan meta l4proto udp counter name sent; }
                    }
                    """
            )
            let sent = { try lab.nat.require("nft", "list", "counter", "inet", "watch", "sent") }
            // The variable is scan's; on a node it could be there for another reason.
            _ = try NodeCheckRun.run(lab.nat, environment: ["NATAUDIT_STUN": "203.0.113.10,203.0.113.11"])
            #expect(try sent().contains("packets 0 bytes 0"))
            _ = try NodeCheckRun.run(lab.nat, NodeCheckRun.servers + ["--timeout", "0.5"])
            #expect(try !sent().contains("packets 0 "))
        }
    }

    @Test func aDeadlineSaysWhatWasBeingRead() async throws {
        try await onOwnThread {
            let lab = try NATLab()
            let clock = ContinuousClock()
            let start = clock.now
            let check = try LabTool.start(
                NodeCheckRun.delaying("recvmsg", by: .seconds(15)) + [
                    Program.path, "node-check", "--timeout", "0.5",
                ],
                in: lab.nat.namespace
            )
            // The tracer holds on to what it delays; that the line is out is what counts.
            while try check.output().isEmpty, try check.status(within: .milliseconds(20)) == nil {}
            let said = String(decoding: try check.output(), as: UTF8.self)
            #expect(said == "unknown: deadline of 0.5 s passed while reading nf_tables\n")
            #expect(clock.now - start < .seconds(10))
            #expect(try check.status(within: .seconds(30)) == 2)
        }
    }

    @Test func serversThatAreSilentDoNotOutlastTheDeadline() async throws {
        try await onOwnThread {
            let lab = try NATLab()
            try lab.servers.require(
                "nft",
                "add table ip mute; add chain ip mute in { type filter hook input priority 0; policy drop; }"
            )
            let run = try NodeCheckRun.run(lab.nat, NodeCheckRun.servers + ["--timeout", "5"])
            #expect(run.output.hasPrefix("blocked: "))
            #expect(run.status == 1)
        }
    }

    @Test func whatCannotBeEnteredIsALineToo() throws {
        let run = try NodeCheckRun.run(try LabHost(), ["--netns", "no-such-namespace"])
        #expect(run.output.hasPrefix("unknown: could not open the network namespace"))
        #expect(run.status == 2)
        #expect(run.errors.contains("/run/netns/no-such-namespace"))
    }

    @Test func helpAndMistakesAreThoseOfTheWholeCommand() throws {
        let help = try Program.run(["node-check", "--help"])
        #expect(help.status == 0)
        #expect(help.output.contains("nataudit node-check"))
        let mistake = try Program.run(["node-check", "--no-such-option"])
        #expect(mistake.status == 64)
        #expect(mistake.errors.contains("nataudit node-check"))
    }
}
