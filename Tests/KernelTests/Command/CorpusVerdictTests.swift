import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// Rulesets of real systems, each with the verdict that real flows through it showed.
///
/// `labels.json` says for each what ordinary, unmarked traffic to the internet meets, which links and addresses the
/// measurement used, and what has to exist before the ruleset loads.
struct CorpusVerdictTests {
    /// What is known of a ruleset.
    struct Label: Decodable, Sendable {
        let verdict: String
        let files: [String]
        let setup: [String]
        let source: String?
        let inLink: String?
        let outLink: String?
        let presented: String?

        /// The verdicts that do not contradict the label; `unknown` never does, and is counted.
        var allowed: Set<String> {
            switch verdict {
            case "easy", "hard", "blocked": [verdict]
            // A rule without random ports that only marked traffic meets is at worst easy.
            case "none", "hard-for-service-traffic": ["no-nat", "easy"]
            case "conditional": ["easy", "hard"]
            // The translation is done outside netfilter.
            default: []
            }
        }
    }

    /// Not loadable without the kernel's IPVS.
    private static let notLoadable: Set<String> = ["kube-router-ipvs"]

    /// Labelled by its translations, which no forwarded packet meets: its zones let nothing from one link to another.
    private static let forwardsNothing: Set<String> = ["firewalld-nftables (nftables)"]

    private static let folder = Bundle.module.bundlePath + "/Fixtures/Corpus/"

    @Test func noVerdictContradictsALabel() async throws {
        let text = try Data(contentsOf: URL(filePath: Self.folder + "labels.json"))
        let labels = try JSONDecoder().decode([String: Label].self, from: text)
            .filter { !Self.notLoadable.contains($0.key) }
        #expect(labels.count >= 60)
        let cases = labels.sorted { $0.key < $1.key }.flatMap { name, label in
            let isNative = label.files.allSatisfy { $0.hasSuffix(".nft") }
            let backends: [Backend] = isNative ? [.nftables] : [.iptablesNft, .iptablesLegacy]
            return backends.map { (name: name, label: label, backend: $0) }
        }
        let lanes = 4
        let results = try await withThrowingTaskGroup { group in
            for lane in 0..<lanes {
                group.addTask {
                    try await inTurn {
                        try stride(from: lane, to: cases.count, by: lanes).map { index in
                            let (name, label, backend) = cases[index]
                            let verdict = try Self.verdict(of: label, backend)
                            return (name: "\(name) (\(backend.rawValue))", label: label, verdict: verdict)
                        }
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        for result in results where Self.forwardsNothing.contains(result.name) {
            #expect(result.verdict == "blocked")
        }
        for result in results where result.verdict != "unknown" && !Self.forwardsNothing.contains(result.name) {
            #expect(result.label.allowed.contains(result.verdict), "\(result.name): \(result.label.verdict)")
        }
        let unknown = results.filter { $0.verdict == "unknown" && !$0.label.verdict.hasPrefix("conditional") }
        print(
            "corpus: \(results.count) scans, \(results.count { $0.verdict != "unknown" }) as labelled, "
                + "\(unknown.count) unknown where real flows told: \(unknown.map(\.name).sorted().joined(separator: ", "))"
        )
    }

    /// Loads a ruleset on a host with the links that it was measured with, and scans.
    private static func verdict(of label: Label, _ backend: Backend) throws -> String {
        let host = try LabHost(forwarding: .on)
        let presented = label.presented == label.source ? nil : label.presented
        let outward = presented.flatMap(IPAddress.init).map { "\($0)" } ?? "198.51.100.1"
        let network = outward.split(separator: ".").prefix(3).joined(separator: ".")
        let inside = (label.source ?? "10.1.0.9").split(separator: ".").prefix(3).joined(separator: ".")
        let (outLink, inLink) = (label.outLink ?? "eth0", label.inLink ?? "in0")
        try host.ip([
            "link add \(outLink) type veth peer name out-peer", "link set out-peer up",
            "link set \(outLink) up",
            "link add \(inLink) type veth peer name in-peer", "link set in-peer up", "link set \(inLink) up",
            "address add \(outward)/24 dev \(outLink)", "address add \(inside).254/24 dev \(inLink)",
            "route add default via \(network).254 dev \(outLink)",
        ])
        for command in label.setup {
            try LabTool.require(command.split(separator: " ").map(String.init), in: host.namespace)
        }
        for file in label.files {
            let rules = try String(contentsOfFile: folder + file, encoding: .utf8)
            let tool = file.hasSuffix(".v6.save") ? "ip6tables" : "iptables"
            let kind = backend == .iptablesLegacy ? "legacy" : "nft"
            let loader = file.hasSuffix(".nft") ? ["nft", "-f", "-"] : ["\(tool)-\(kind)-restore"]
            try LabTool.require(loader, in: host.namespace, input: rules)
        }
        let run = try Program.run(["scan", "--no-stun", "--format", "json"], in: host.namespace)
        guard !run.output.isEmpty else { throw LabError.failed(run) }
        return try JSONDecoder().decode(ScanOutput.self, from: Data(run.output.utf8)).verdict
    }
}
