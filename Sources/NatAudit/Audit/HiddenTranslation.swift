internal import NetlinkBridge

/// Marks in the rules of a network that translates elsewhere: its chains are there, and none of them does it.
///
/// Without this a ruleset that was read without its host would pass for one without NAT.
struct HiddenTranslation: Hashable, Sendable {
    /// Who translates elsewhere and where, as the beginning of a sentence.
    let words: String

    /// Looks for the marks; nil where there are none.
    init?(_ ruleset: Ruleset) {
        let chains = ruleset.chains.lazy.filter(\.isRead).map(\.place)
        let translating = ruleset.facts.translatingSources
        // With bpf.masquerade=true Cilium leaves this chain empty.
        let post = chains.filter { $0.chain.bytes.starts(with: "CILIUM_POST".utf8) }
        if !post.isEmpty, !post.contains(where: translating.contains) {
            words = "Cilium's chain CILIUM_POST_nat translates nothing, so that Cilium may do it in BPF"
            return
        }
        // In its shared gateway mode OVN-Kubernetes has no masquerade for pods in the nat table's own chain.
        let isOVN = chains.contains { chain in
            chain.chain.bytes.starts(with: "OVN-KUBE-".utf8) || chain.table == "ovn-kubernetes"
        }
        if isOVN, !translating.contains(where: { $0.chain == "POSTROUTING" }) {
            words = "OVN-Kubernetes has no rule for pods here, so that it may translate them in Open vSwitch"
            return
        }
        return nil
    }
}
