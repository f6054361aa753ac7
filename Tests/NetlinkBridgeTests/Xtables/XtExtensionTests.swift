import NetlinkBridge
import Testing

/// Structures laid out by hand after the kernel's headers, on a little-endian machine.
struct XtExtensionTests {
    private static func match(_ name: KernelName, _ revision: UInt8, _ data: [UInt8]) -> XtMatch {
        XtMatch(XtExtension(name: name, revision: revision, data: data), family: .ip)
    }

    private static func target(
        _ name: KernelName,
        _ revision: UInt8,
        _ data: [UInt8],
        _ family: AddressFamily = .ip
    ) -> XtTarget {
        XtTarget(XtExtension(name: name, revision: revision, data: data), family: family)
    }

    @Test func revisionsThatToolsOfTodayDoNotWriteAreRead() {
        // xt_addrtype_info: two u16 and two u32
        #expect(
            Self.match("addrtype", 0, [0, 0, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0]).iptablesText
                == "-m addrtype ! --dst-type LOCAL"
        )
        // xt_state_info: "untracked" is bit 6 here and bit 8 in conntrack.
        #expect(Self.match("state", 0, [0x48, 0, 0, 0]) == .state([.new, .untracked]))
        // xt_multiport without ranges and inversion
        let ports = [1, 2, 80, 0, 0xBB, 1] + [UInt8](repeating: 0, count: 26)
        #expect(Self.match("multiport", 0, ports).iptablesText == "-m multiport --dports 80,443")
        // xt_set_info_match_v0: the index, then one word for each field
        let words: [UInt8] = [3, 0, 0, 0, 5, 0, 0, 0, 2, 0, 0, 0] + [UInt8](repeating: 0, count: 20)
        #expect(Self.match("set", 0, words).iptablesText == "-m set ! --match-set [index 3] src,dst")
        // xt_set_info_match_v1
        #expect(
            Self.match("set", 1, [7, 0, 1, 2, 0, 0, 0, 0]).iptablesText(setNames: [7: "pods"])
                == "-m set --match-set pods src"
        )
        // xt_recent_mtinfo
        let recent = [UInt8](repeating: 0, count: 8) + [2, 0, 0x61] + [UInt8](repeating: 0, count: 200)
        #expect(Self.match("recent", 0, recent).iptablesText == "-m recent --set --name a --rsource")
        // xt_connmark_tginfo1: save, all bits
        let masks = [UInt8](repeating: 0xFF, count: 8)
        #expect(
            Self.target("CONNMARK", 1, [0, 0, 0, 0] + masks + [1, 0, 0, 0]).iptablesText
                == "-j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff"
        )
        #expect(Self.target("NOTRACK", 0, []).iptablesText == "-j NOTRACK")
    }

    @Test func conntrackKeepsPortsInNetworkOrderBeforeRevision3() {
        var data = [UInt8](repeating: 0, count: 160)
        // origsrc_port at 138, match_flags at 146, state_mask at 150 and status_mask at 151
        (data[138], data[139]) = (0x01, 0xBB)
        (data[146], data[147]) = (0x01, 0x01)
        data[150] = 0x08
        #expect(
            Self.match("conntrack", 1, data).iptablesText == "-m conntrack --ctstate NEW --ctorigsrcport 443"
        )
        #expect(
            Self.match("conntrack", 2, data).iptablesText == "-m conntrack --ctstate NEW --ctorigsrcport 443"
        )
    }

    /// A match that the kernel at hand may not have, as kube-router writes it.
    @Test func anIPVSMatchIsRead() {
        var data = [UInt8](repeating: 0, count: 40)
        data.replaceSubrange(0..<4, with: [10, 96, 0, 10])
        data.replaceSubrange(16..<20, with: [255, 255, 255, 255])
        // vport 53 in network order at 32; the tests at 39
        (data[33], data[39]) = (53, 0x0D)
        #expect(Self.match("ipvs", 0, data).iptablesText == "-m ipvs --vaddr 10.96.0.10 --vport 53")
        // fwd_method at 35: masquerading is 0; direction and method
        data[39] = 0x31
        #expect(Self.match("ipvs", 0, data).iptablesText == "-m ipvs --vdir ORIGINAL --vmethod MASQ")
    }

    /// A range of users, which a user namespace that maps one user cannot load.
    @Test func aRangeOfUsersIsRead() {
        // xt_owner_match_info: uid_min, uid_max, gid_min, gid_max, the tests and their inversions
        let data: [UInt8] = [1, 0, 0, 0, 99, 0, 0, 0, 7, 0, 0, 0, 7, 0, 0, 0, 3, 2, 0, 0]
        #expect(
            Self.match("owner", 1, data).iptablesText == "-m owner --uid-owner 1-99 ! --gid-owner 7"
        )
    }

    @Test func aShortStructureOrAnUnknownRevisionStaysWhole() {
        let short = XtExtension(name: "mark", revision: 1, data: [1, 0, 0, 0])
        #expect(XtMatch(short, family: .ip) == .other(short))
        #expect(XtMatch(short, family: .ip).iptablesText == "-m mark [not decoded]")
        let unknown = XtExtension(name: "SNAT", revision: 9, data: [UInt8](repeating: 0, count: 64))
        #expect(XtTarget(unknown, family: .ip) == .other(unknown))
        #expect(XtTarget(unknown, family: .ip).isDecoded == false)
        // More than one range: the kernel refuses such a target.
        #expect(Self.target("MASQUERADE", 0, [2] + [UInt8](repeating: 0, count: 23)).isDecoded == false)
    }

    @Test func aRangeSaysWhatIsGiven() throws {
        // facts of nf_nat_ipv4_multi_range_compat: size, flags (addresses, ports, random), min, max, ports
        let data: [UInt8] = [
            1, 0, 0, 0, 7, 0, 0, 0, 192, 0, 2, 1, 192, 0, 2, 9, 0x04, 0, 0x08, 0, 0, 0, 0, 0,
        ]
        guard case .snat(let range) = Self.target("SNAT", 0, data) else {
            Issue.record("not a SNAT")
            return
        }
        #expect(range.flags == [.mapAddresses, .portsSpecified, .random])
        #expect(
            range.minimumAddress == IPAddress("192.0.2.1") && range.maximumAddress == IPAddress("192.0.2.9")
        )
        #expect(range.minimumPort == 1024 && range.maximumPort == 2048 && range.basePort == nil)
        // nf_nat_range2 with a shifted range, IPv4 in the first four of sixteen bytes
        var shifted = [UInt8](repeating: 0, count: 48)
        shifted[0] = 0x23
        shifted.replaceSubrange(4..<8, with: [192, 0, 2, 1])
        shifted.replaceSubrange(20..<24, with: [192, 0, 2, 1])
        shifted.replaceSubrange(36..<42, with: [0, 80, 0, 90, 0x1F, 0x90])
        #expect(
            Self.target("DNAT", 2, shifted).iptablesText == "-j DNAT --to-destination 192.0.2.1:80-90/8080"
        )
    }

    @Test func controlCharactersAreEscapedAndQuotesAreTheTools() {
        let comment = Self.match("comment", 0, Array("a\u{1b}[2J \"b\" \\ \n".utf8) + [0, 0x41])
        #expect(comment.iptablesText == #"-m comment --comment "a\x1b[2J \"b\" \\ \n""#)
        #expect(Self.match("comment", 0, [0]).iptablesText == #"-m comment --comment """#)
    }

    @Test func aMaskWithHolesHasNoLength() throws {
        let address = try #require(IPAddress("10.0.0.1"))
        let holes = XtMaskedAddress(address: address, mask: .v4(0xFF00_FF00))
        #expect(holes.prefixLength == nil && holes.prefix == nil)
        #expect(holes.contains(.v4(0x0AFF_00FF)))
        #expect(!holes.contains(.v4(0x0AFF_01FF)))
        #expect(XtMaskedAddress(address: address, mask: .v4(0xFFF0_0000)).prefixLength == 12)
        #expect(XtMaskedAddress(address: address, mask: .v4(0)).prefixLength == 0)
        #expect(XtMaskedAddress(address: address, mask: .v4(.max)).prefixLength == 32)
        let six = XtMaskedAddress(
            address: .v6(high: 0, low: 0),
            mask: .v6(high: .max, low: 0xFF80_0000_0000_0000)
        )
        #expect(six.prefixLength == 73)
    }

    @Test func statesAndMarksCompute() {
        guard case .mark(let target) = Self.target("MARK", 2, [0, 0x40, 0, 0, 0, 0x40, 0, 0]) else {
            Issue.record("not a MARK")
            return
        }
        #expect(target.result(for: 0x1) == 0x4001)
        // A mask of zero flips: kube-proxy clears its mark so.
        guard case .mark(let flip) = Self.target("MARK", 2, [0, 0x40, 0, 0, 0, 0, 0, 0]) else {
            Issue.record("not a MARK")
            return
        }
        #expect(flip.result(for: 0x4001) == 1)
    }
}
