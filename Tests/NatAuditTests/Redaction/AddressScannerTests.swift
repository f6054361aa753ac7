import Testing

@testable import NatAudit

/// Which parts of a text are addresses.
struct AddressScannerTests {
    private static func found(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        return AddressScanner.mentions(in: bytes).map { String(decoding: bytes[$0.range], as: UTF8.self) }
    }

    @Test(arguments: [
        ("-s 10.0.1.0/24 -o wan -j SNAT --to-source 203.0.113.1:1024-65535", ["10.0.1.0", "203.0.113.1"]),
        ("snat to 203.0.113.1-203.0.113.9", ["203.0.113.1", "203.0.113.9"]),
        ("it is at 10.0.0.1.", ["10.0.0.1"]), ("(10.0.0.1), 10.0.0.2;", ["10.0.0.1", "10.0.0.2"]),
        ("[2001:db8::1]:3478 saw [2001:db8::2]:5", ["2001:db8::1", "2001:db8::2"]),
        ("fe80::1%eth0, fd00::/8: hard", ["fe80::1", "fd00::"]), ("at fd00::1: no", ["fd00::1"]),
        ("::ffff:10.0.0.1 and ::1", ["::ffff:10.0.0.1", "::1"]), ("to 64:ff9b::10.0.0.1.", ["64:ff9b::10.0.0.1"]),
        ("endpoint-5TPGNJF2-ns1/svc1/tcp/p80__10.180.0.1/80", ["10.180.0.1"]),
        ("endpoint-5TPGNJF2-ns1/svc1/tcp/p80__fd00.10.180..1/80", ["fd00.10.180..1"]),
        ("ip-10-0-1-23.ec2.internal", ["10-0-1-23"]), ("set_10_0_1_0", ["10_0_1_0"]),
        ("--mac-source 00:1a:2b:3c:4d:5e", ["00:1a:2b:3c:4d:5e"]), ("02-1A-2B-3C-4D-5E", ["02-1A-2B-3C-4D-5E"]),
        ("out by enx001a2b3c4d5e", ["001a2b3c4d5e"]),
        ("ether 80:00:00:48:fe:80:00:00:11", ["80:00:00:48:fe:80:00:00:11"]),
        ("@nh,96,32 0x0a000105", ["0x0a000105"]), ("@nh,96,32 0xa000105", ["0xa000105"]),
        ("@nh,96,64 0x0a0001050a000106", ["0x0a0001050a000106"]),
        ("add:2001:db8::1", ["add:2001:db8::1"]), ("x:2001:db8::1", ["2001:db8::1"]),
        ("010.000.000.001", ["010.000.000.001"]),
        ("2001:DB8::A", ["2001:DB8::A"]), ("1.2.3.4.5.6.7.8", ["1.2.3.4", "5.6.7.8"]),
    ])
    func addressesAreFound(_ text: String, _ expected: [String]) {
        #expect(Self.found(text) == expected)
    }

    @Test(arguments: [
        "meta mark & 0x00004000 == 0x00000000", "--set-xmark 0x10000000/0xf0000000", "0.1.0 and 6.18.44", "1024-65535",
        "2026-11-21T10:54:50Z", "chain AWS-SNAT-CHAIN-0", "br-0123456789ab", "eni0123456789a", "255.255.255.0",
        "/255.255.0.0",
        "256.1.1.1.", "1.2.3", "std::vector", "a:b", "ffff:ffff::", "30000-30100", "KUBE-SVC-TCOU7JCQXEZGVUNU", "", ":",
        "::::",
        "0x", "x", "12:34", "jhash ip saddr mod 2 seed 0xdeadbeef",
    ])
    func otherTextIsLeftAlone(_ text: String) {
        let found = Self.found(text)
        #expect(found.allSatisfy { $0 == "::" }, "\(found)")
    }

    /// Whatever bytes there are: nothing traps, and what is found lies in order within the text.
    @Test func anythingCanBeScanned() {
        var random = SplitMix64(seed: 3)
        let alphabet = Array("0123456789abcdefx:.-_/ \"\\A%".utf8)
        for _ in 0..<3000 {
            let bytes = (0..<Int.random(in: 0...60, using: &random)).compactMap { _ in
                alphabet.randomElement(using: &random)
            }
            var end = 0
            for mention in AddressScanner.mentions(in: bytes) {
                #expect(
                    mention.range.lowerBound >= end && !mention.range.isEmpty && mention.range.upperBound <= bytes.count
                )
                end = mention.range.upperBound
            }
            for range in FreeText.ranges(in: bytes) { #expect(range.upperBound <= bytes.count) }
        }
    }

    @Test(arguments: [
        (#"-m comment --comment "a \" b" -j X"#, [#"a \" b"#]), ("-m comment --comment office -j X", ["office"]),
        (#"masquerade comment "made \\" by"#, [#"made \\"#]), (#"log prefix "out: " drop"#, ["out: "]),
        (#"-j LOG --log-prefix "drop: " --log-level 4"#, ["drop: "]), (#"-j NFLOG --nflog-prefix x"#, ["x"]),
        ("dnat ip prefix to 10.0.0.0/24", []), ("the comment of it", []), (#"comment "never ends"#, ["never ends"]),
        (#"comment "\"#, [#"\"#]), ("--comment ", []), (#"comment """#, [""]),
    ])
    func whatIsWrittenFreelyIsFound(_ text: String, _ expected: [String]) {
        let bytes = Array(text.utf8)
        #expect(FreeText.ranges(in: bytes).map { String(decoding: bytes[$0], as: UTF8.self) } == expected)
    }
}
