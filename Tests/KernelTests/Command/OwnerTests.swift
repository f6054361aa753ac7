import NetlinkBridge
import Testing

@testable import NatAudit

/// Whose a rule is, over the rulesets of real systems: their labels name the system that wrote each.
struct OwnerTests {
    /// The owners of the systems; nil where nothing in its rules tells one from what anybody writes.
    private static let owners: [String: String?] = [
        "antrea": "antrea", "aws-egress-cni": "aws-vpc-cni-egress", "aws-nat-instance": nil,
        "aws-vpc-cni": "aws-vpc-cni",
        "azure-nva": nil, "calico": "calico", "cilium": "cilium", "cni-plugins": "cni-plugins", "docker": "docker",
        "edge": nil, "eks-node": "aws-vpc-cni", "fck-nat": "fck-nat", "firewalld": "firewalld", "flannel": "flannel",
        "gcp-nat-vm": nil, "gke": "gke-node-script", "ip-masq-agent": "ip-masq-agent", "istio": "istio",
        "kube-proxy": "kube-proxy", "kube-router": "kube-router", "libvirt": "libvirt", "lxd": "lxd",
        "neutron": "neutron", "openwrt": "openwrt-fw4", "ovn-kubernetes": "ovn-kubernetes", "podman": "netavark",
        "proxmox": nil, "systemd-networkd": "systemd-networkd", "tailscale": "tailscale", "ufw": nil, "wireguard": nil,
    ]

    /// What the label of the system does not say of single rules.
    private static func owner(_ system: String, _ place: ChainPlace) throws -> String? {
        let (table, chain) = ("\(place.table)", "\(place.chain)")
        switch system {
        // These nodes run several systems.
        case "eks-node" where chain == "KUBE-POSTROUTING" || table == "kube-proxy": return "kube-proxy"
        case "antrea" where chain.hasPrefix("AWS-"): return "aws-vpc-cni"
        // Rules without a word of whose they are.
        case "ovn-kubernetes" where chain == "POSTROUTING": return nil
        case "tailscale" where chain == "POSTROUTING": return nil
        case "edge" where table == "nataudit": return "nataudit"
        default: return try #require(owners[system], "no owner is known for \(system)")
        }
    }

    @Test(arguments: ["native", "nft", "legacy"])
    func everyRuleIsWhoseItsSystemSays(_ backend: String) async throws {
        let rules = try await inTurn {
            var rules = 0
            for ruleset in CorpusRuleset.loading(with: backend) {
                let host = try RulesNamespace()
                try ruleset.load(into: host, backend: backend)
                for chain in try host.ruleset().chains {
                    let place = chain.place
                    for rule in chain.rules where rule.sourceTranslation != nil {
                        let wanted = try Self.owner(ruleset.labels.system, place)
                        let found = Owner(of: rule, in: place)?.name
                        #expect(found == wanted, "\(ruleset.name), \(place): \(rule.text)")
                        rules += 1
                    }
                }
            }
            return rules
        }
        #expect(rules > 25, "every backend loads that many at least")
    }

    @Test func whatAUserWritesIsNobodys() throws {
        let host = try RulesNamespace()
        // A bridge of OpenWrt's name is none of Docker's, whose names have twelve digits.
        try host.restore(
            """
            *nat
            -A POSTROUTING -s 10.1.0.0/24 ! -o br-lan -j MASQUERADE
            -A POSTROUTING -s 10.2.0.0/24 ! -o br-9d1c5b0f7a3 -j MASQUERADE
            -A POSTROUTING -s 10.3.0.0/24 ! -o br-9d1c5b0f7a3e -j MASQUERADE
            -A POSTROUTING -o eth0 -m comment --comment "ours, before docker0" -j MASQUERADE
            COMMIT

            """,
            .ip
        )
        let chain = try #require(try host.ruleset().chain("ip", "nat", "POSTROUTING"))
        #expect(chain.rules.map { Owner(of: $0, in: chain.place)?.name } == [nil, nil, "docker", nil])
    }
}
