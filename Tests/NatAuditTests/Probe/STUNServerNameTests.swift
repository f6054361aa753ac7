import NatAudit
import NetlinkBridge
import Testing

struct STUNServerNameTests {
    @Test(arguments: [
        ("stun.example.org", "stun.example.org:3478"), ("STUN.Example.org:19302", "stun.example.org:19302"),
        ("192.0.2.1", "192.0.2.1:3478"), ("192.0.2.1:65535", "192.0.2.1:65535"),
        ("2001:DB8::1", "[2001:db8::1]:3478"), ("[2001:db8::1]", "[2001:db8::1]:3478"),
        ("[2001:db8::1]:443", "[2001:db8::1]:443"), ("localhost:1", "localhost:1"), ("a_b.c.:5", "a_b.c.:5"),
        ("::1", "[::1]:3478"),
    ])
    func aServerIsReadAndWritten(_ text: String, _ written: String) throws {
        let server = try #require(STUNServerName(text))
        #expect(server.description == written)
        #expect(STUNServerName(written) == server)
    }

    @Test(arguments: [
        "", ":", ":3478", "host:", "host:0", "host:65536", "host:-1", "host:+5", "host:٣", "a b", "-a.org",
        "a..b",
        "1.2.3", "1.2.3.4.5", "1.2.3.256", "[1.2.3.4]", "[::1", "::1]", "[::1]x", "[::1]:", "host:1:2",
        "a\u{1b}[2J",
        "bücher.de", "a;b", "https://a", "999",
    ])
    func whatNamesNoServerIsRefused(_ text: String) { #expect(STUNServerName(text) == nil) }

    @Test func onlyAnAddressHasAnEndpoint() throws {
        #expect(STUNServerName("[::1]:5")?.endpoint == Endpoint("[::1]:5"))
        let named = try #require(STUNServerName("localhost"))
        #expect(named.endpoint == nil)
    }

    @Test func aListIsSplitAtCommas() throws {
        let servers = try DefaultServers.parse(" a.org , 192.0.2.1:5,,").get()
        #expect(servers.map(\.description) == ["a.org:3478", "192.0.2.1:5"])
        #expect(throws: UnreadableServer(text: "b c")) { try DefaultServers.parse("a.org,b c").get() }
        #expect(try DefaultServers.parse("").get().isEmpty)
    }

    /// A default that does not parse would vanish without a word.
    @Test func thereAreThreeDefaultOperators() {
        #expect(
            DefaultServers.all.map(\.description)
                == ["stun.l.google.com:19302", "stun.cloudflare.com:3478", "stun.nextcloud.com:3478"]
        )
    }
}
