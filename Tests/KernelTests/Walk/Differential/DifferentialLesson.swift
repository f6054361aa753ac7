import NetlinkBridge

/// What was once foretold wrong.
enum DifferentialLesson: String, CaseIterable {
    case outInterfaceStaysForTheHookThatReroutes
    case redirectedToItselfItPassesPostrouting
    case masqueradeOnLoopbackPresentsTheFirstAddressOfTheHost
    case masqueradeOnLoopbackPresentsTheLoopbackAddressOfVersion6
    case masqueradeOfVersion6ChoosesAmongTheAddressesOfTheInterface
    case netmapOfIptablesNftTranslatesDestinationsAtOutput
    case netmapInACalledChainTranslatesDestinationsAtOutput
    case aMapOfPrefixesKeepsTheRestOfTheAddress
    case anAddressOfAPoolIsNotTheOldOne

    var rules: RandomRules {
        switch self {
        case .outInterfaceStaysForTheHookThatReroutes:
            RandomRules(
                nft: """
                    table ip t {
                      chain n { type nat hook output priority -100; ip daddr 198.51.100.9 dnat to 192.0.2.77; }
                      chain f { type filter hook output priority 0; oifname "wan2" drop; }
                    }
                    """
            )
        case .redirectedToItselfItPassesPostrouting:
            RandomRules(
                nft: """
                    table ip t {
                      chain n { type nat hook output priority -100; udp dport 9000 redirect to :7000; }
                      chain p { type nat hook postrouting priority 100; oifname "lo" snat to 203.0.113.61; }
                    }
                    """
            )
        case .masqueradeOnLoopbackPresentsTheFirstAddressOfTheHost:
            RandomRules(
                nft: """
                    table ip t {
                      chain n { type nat hook output priority -100; udp dport 9000 redirect; }
                      chain p { type nat hook postrouting priority 100; masquerade; }
                    }
                    """
            )
        case .masqueradeOnLoopbackPresentsTheLoopbackAddressOfVersion6:
            RandomRules(
                .ip6,
                nft: """
                    table ip6 t {
                      chain n { type nat hook output priority -100; udp dport 9000 redirect; }
                      chain p { type nat hook postrouting priority 100; masquerade; }
                    }
                    """
            )
        case .masqueradeOfVersion6ChoosesAmongTheAddressesOfTheInterface:
            RandomRules(
                .ip6,
                nft: """
                    table inet t {
                      chain n { type nat hook output priority -100; udp dport 9000 dnat ip6 to 3fff:c6:12:c8::9; }
                      chain p { type nat hook postrouting priority 100; masquerade; }
                    }
                    """
            )
        case .netmapOfIptablesNftTranslatesDestinationsAtOutput:
            RandomRules(nft: "", iptablesNft: "*nat\n-A OUTPUT \(Self.netmap)\nCOMMIT\n")
        case .netmapInACalledChainTranslatesDestinationsAtOutput:
            RandomRules(nft: "", iptablesLegacy: "*nat\n:U - [0:0]\n-A OUTPUT -j U\n-A U \(Self.netmap)\nCOMMIT\n")
        case .aMapOfPrefixesKeepsTheRestOfTheAddress:
            RandomRules(
                .ip6,
                nft: """
                    table ip6 t {
                      chain n {
                        type nat hook output priority -100;
                        dnat ip6 prefix to ip6 daddr map { 3fff:c0:0:2::/64 : 3fff:c6:12:7::/64 }
                      }
                      chain p {
                        type nat hook postrouting priority 100;
                        snat ip6 prefix to ip6 saddr map { 3fff:cb:0:71::/64 : 3fff:c6:12:8::/64 }
                      }
                    }
                    """
            )
        case .anAddressOfAPoolIsNotTheOldOne:
            RandomRules(
                nft: """
                    table ip t {
                      chain p { type nat hook postrouting priority 100; snat to 203.0.113.64-203.0.113.67; }
                    }
                    """
            )
        }
    }

    private static let netmap = "-d 192.0.2.0/24 -j NETMAP --to 198.18.9.0/24"
}
