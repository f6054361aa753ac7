import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// `scan` changes nothing, and shows nothing that a terminal would obey.
struct HarmlessnessTests {
    @Test(arguments: [
        nil, NATRule.table[0], NATRule.awsVPCCNI(.iptablesNft), NATRule.awsVPCCNI(.iptablesLegacy),
    ])
    func scanLeavesTheHostAsItWas(_ rule: NATRule?) async throws {
        try await inTurn {
            let lab = try NATLab()
            try rule?.load(on: lab.nat)
            let before = try WholeImage(lab.nat)
            let servers = try lab.answerSTUN()
            _ = try Program.scan(lab.nat)
            // From the client's place, so that the only trace on the host is the probe's own flows.
            _ = try Program.scan(lab.nat, lab.probing)
            let differences = try WholeImage(lab.nat).differences(from: before, besides: Self.ofProbes)
            #expect(differences == [])
            withExtendedLifetime(servers) {}
        }
    }

    /// What the probe's own flows change: entries, their number, and counters of rules.
    private static let ofProbes = ["conntrack", "sysctls", "rules", "legacy nat", "legacy mangle"]

    @Test(arguments: Backend.allCases)
    func controlCharactersFromOutsideAreEscaped(_ backend: Backend) async throws {
        try await inTurn {
            let lab = try NATLab()
            let name = "w\u{1B}[31mn"
            let chain = "C\u{1B}]0;title\u{7}"
            try lab.nat.ip([
                "link set wan down", "link set wan name \(name)", "link set \(name) up",
                "route add default via 203.0.113.10 dev \(name)",
            ])
            switch backend {
            case .nftables:
                try lab.nat.require(
                    "nft",
                    "-f",
                    "-",
                    input: """
                        table ip nat {
                            chain postrouting {
                                type nat hook postrouting priority srcnat
                                oifname "\(name)" masquerade random comment "a\u{1B}[2Jb\u{9B}c"
                            }
                        }
                        """
                )
            case .iptablesNft, .iptablesLegacy:
                let script = """
                    *nat
                    :\(chain) - [0:0]
                    -A POSTROUTING -j \(chain)
                    -A \(chain) -o \(name) -m comment --comment "a\u{1B}[2Jb\u{9B}c" -j MASQUERADE --random
                    COMMIT

                    """
                try NATRule(name: "", backend: backend, script: script, ports: .drawn).load(on: lab.nat)
            }
            let (run, report) = try Program.scan(lab.nat)
            #expect(run.status == 1)
            let rule = try #require(report.sourceNAT.first)
            #expect(rule.reach == "always")
            #expect(rule.comment?.contains("[2Jb") == true)
            #expect(report.paths.first?.outInterface?.contains("[31mn") == true)
            if backend != .nftables { #expect(rule.chain.contains("]0;title")) }
            let text = try Program.run(["scan", "--no-stun", "--verbose"], in: lab.nat.namespace).output
            #expect(text.contains("[2Jb"))
            let strings = try strings(in: JSONSerialization.jsonObject(with: Data(run.output.utf8)))
            #expect(strings.count > 20)
            for string in strings + text.split(separator: "\n").map(String.init) + [
                run.output.filter { $0 != "\n" }
            ] {
                #expect(
                    !string.unicodeScalars.contains { $0.properties.generalCategory == .control },
                    "\(string)"
                )
            }
        }
    }

    /// Every string in a JSON value.
    private func strings(in value: Any) throws -> [String] {
        if let text = value as? String { return [text] }
        if let list = value as? [Any] { return try list.flatMap { try strings(in: $0) } }
        if let object = value as? [String: Any] {
            return try object.values.flatMap { try strings(in: $0) } + object.keys
        }
        return []
    }
}
