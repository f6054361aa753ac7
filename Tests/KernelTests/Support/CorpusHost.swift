import Foundation
import NatAudit
import NetlinkBridge

/// A ruleset of a real system, with what `labels.json` says of it: what ordinary, unmarked traffic to the internet meets,
/// which links and addresses the measurement used, and what has to exist before the ruleset loads.
struct CorpusHost: Decodable, Sendable {
    let verdict: String
    let files: [String]
    let setup: [String]
    let source: String?
    let inLink: String?
    let outLink: String?
    let presented: String?

    /// Not loadable without the kernel's IPVS.
    private static let notLoadable: Set<String> = ["kube-router-ipvs"]

    private static let folder = Bundle.module.bundlePath + "/Fixtures/Corpus/"

    /// Those that can be loaded, by name.
    static func all() throws -> [String: CorpusHost] {
        let text = try Data(contentsOf: URL(filePath: folder + "labels.json"))
        return try JSONDecoder().decode([String: CorpusHost].self, from: text).filter { !notLoadable.contains($0.key) }
    }

    /// Tells whether all of it is written in nft's language.
    var isNative: Bool { files.allSatisfy { $0.hasSuffix(".nft") } }

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

    /// Loads the ruleset on a host with the links that it was measured with.
    func load(_ backend: Backend) throws -> LabHost {
        let host = try LabHost(forwarding: .on)
        let presented = self.presented == source ? nil : self.presented
        let outward = presented.flatMap(IPAddress.init).map { "\($0)" } ?? "198.51.100.1"
        let network = outward.split(separator: ".").prefix(3).joined(separator: ".")
        let inside = (source ?? "10.1.0.9").split(separator: ".").prefix(3).joined(separator: ".")
        let (outLink, inLink) = (self.outLink ?? "eth0", self.inLink ?? "in0")
        try host.ip([
            "link add \(outLink) type veth peer name out-peer", "link set out-peer up",
            "link set \(outLink) up",
            "link add \(inLink) type veth peer name in-peer", "link set in-peer up", "link set \(inLink) up",
            "address add \(outward)/24 dev \(outLink)", "address add \(inside).254/24 dev \(inLink)",
            "route add default via \(network).254 dev \(outLink)",
        ])
        for command in setup {
            try LabTool.require(command.split(separator: " ").map(String.init), in: host.namespace)
        }
        for file in files {
            let rules = try String(contentsOfFile: Self.folder + file, encoding: .utf8)
            let tool = file.hasSuffix(".v6.save") ? "ip6tables" : "iptables"
            let kind = backend == .iptablesLegacy ? "legacy" : "nft"
            let loader = file.hasSuffix(".nft") ? ["nft", "-f", "-"] : ["\(tool)-\(kind)-restore"]
            try LabTool.require(loader, in: host.namespace, input: rules)
        }
        return host
    }
}
