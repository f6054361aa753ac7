import NetlinkBridge
import Testing

struct IPAddressTests {
    @Test(arguments: [
        "0.0.0.0", "203.0.113.1", "::", "::1", "2001:db8::1", "fe80::1:0:0:1", "1:2:3:4:5:6:7:8",
    ])
    func theCanonicalTextIsReadAndWritten(_ text: String) throws {
        #expect(try #require(IPAddress(text)).description == text)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.256", "01.2.3.4", "1.2.3.4.5", ":::", "1::2::3", "12345::", "::g",
        "1:2:3:4:5:6:7:8:9",
    ])
    func whatIsNoAddressIsRefused(_ text: String) { #expect(IPAddress(text) == nil) }

    @Test func otherFormsAreReadAndWrittenCanonically() {
        #expect(IPAddress("2001:DB8:0:0:0:0:0:1")?.description == "2001:db8::1")
        #expect(IPAddress("::ffff:203.0.113.1")?.description == "::ffff:cb00:7101")
    }

    @Test func aPrefixHoldsItsAddresses() throws {
        let prefix = try #require(Prefix("10.0.1.7/24"))
        #expect(prefix.description == "10.0.1.0/24")
        #expect(try prefix.contains(#require(IPAddress("10.0.1.255"))))
        #expect(try !prefix.contains(#require(IPAddress("10.0.2.0"))))
        #expect(Prefix("10.0.0.0/33") == nil)
        #expect(Prefix("2001:db8:1:2:3::/64")?.description == "2001:db8:1:2::/64")
        #expect(Prefix("2001:db8::ff/121")?.description == "2001:db8::80/121")
        #expect(Prefix("2001:db8::/0")?.description == "::/0")
        #expect(Prefix("2001:db8:ffff::/33")?.description == "2001:db8:8000::/33")
        #expect(Prefix(everyAddressOf: .ip).contains(.v4(7)))
        #expect(!Prefix(everyAddressOf: .ip).contains(.v6(high: 0, low: 7)))
    }
}
