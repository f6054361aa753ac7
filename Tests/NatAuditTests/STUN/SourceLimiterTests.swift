import NatAudit
import NetlinkBridge
import Testing

struct SourceLimiterTests {
    private static let second: UInt64 = 1_000_000_000

    private func limiter(_ rate: Int) -> SourceLimiter {
        var random = SplitMix64(seed: 42)
        return SourceLimiter(rate: rate, using: &random)
    }

    @Test(arguments: [1, 10, 1000])
    func fiveSecondsWorthGoesAtOnceAndThenTheRate(_ rate: Int) {
        var limiter = limiter(rate)
        var admitted = 0
        for _ in 0..<rate * 20 where limiter.admits(.v4(0xC000_0201), at: 7 * Self.second) { admitted += 1 }
        #expect(admitted == rate * 5)
        // A second later there is one second's worth, however often it is asked for.
        admitted = 0
        for _ in 0..<rate * 20 where limiter.admits(.v4(0xC000_0201), at: 8 * Self.second) { admitted += 1 }
        #expect(admitted == rate)
        admitted = 0
        for _ in 0..<rate * 20 where limiter.admits(.v4(0xC000_0201), at: 1000 * Self.second) { admitted += 1 }
        #expect(admitted == rate * 5)
    }

    @Test func whoKeepsToTheRateIsNeverLimited() {
        var limiter = limiter(100)
        for round in 0..<10_000 {
            let isAdmitted = limiter.admits(.v4(0xC000_0201), at: UInt64(round) * Self.second / 100)
            #expect(isAdmitted, "round \(round)")
        }
    }

    @Test func aNeighbourhoodIsASlash24OrASlash56() throws {
        let cases = [
            ("192.0.2.1", "192.0.2.254", true), ("192.0.2.1", "192.0.3.1", false),
            ("2001:db8:0:0::1", "2001:db8:0:ff::1", true), ("2001:db8:0:0::1", "2001:db8:0:100::1", false),
            // Nothing of IPv6 is a neighbour of IPv4, whatever its bits.
            ("1.2.3.4", "::102:304", false), ("0.0.0.0", "::", false),
        ]
        for (first, second, isShared) in cases {
            var limiter = limiter(1)
            let address = try #require(IPAddress(first))
            while limiter.admits(address, at: 0) {}
            let other = try #require(IPAddress(second))
            let isAdmitted = limiter.admits(other, at: 0)
            #expect(isAdmitted != isShared, "\(first) and \(second)")
        }
        #expect("\(SourceLimiter.neighbourhood(of: .v4(0xC000_02FE)))" == "192.0.2.0/24")
        let address = try #require(IPAddress("2001:db8:1:2ff::9"))
        #expect("\(SourceLimiter.neighbourhood(of: address))" == "2001:db8:1:200::/56")
    }

    /// A million forged sources, each of another /24, fill the table many times over; who was over the limit before
    /// is so afterwards.
    @Test func aFloodFromEverywhereForgetsNobodyWhoIsOverTheLimit() {
        var limiter = limiter(1000)
        let victims = (0..<100).map { IPAddress.v4(0xC633_0000 | $0 << 8) }
        for victim in victims { while limiter.admits(victim, at: 0) {} }
        for number in 0..<1_000_000 as Range<UInt32> {
            // Multiplication by an odd number: every /24 once, in another order.
            let source = IPAddress.v4((number &* 0x9E37_79B1) << 8)
            _ = limiter.admits(source, at: 0)
        }
        for victim in victims {
            let isAdmitted = limiter.admits(victim, at: 0)
            #expect(!isAdmitted, "\(victim)")
        }
    }

    /// Those who ask once while that goes on are answered: it is not they who are over a limit.
    @Test func aFloodFromEverywhereLimitsNobodyElse() {
        var limiter = limiter(1)
        var random = SplitMix64(seed: 7)
        var refused = 0
        for number in 0..<1_000_000 as Range<UInt32> {
            _ = limiter.admits(.v4(UInt32.random(in: 0...(.max), using: &random)), at: 0)
            if number.isMultiple(of: 1000), !limiter.admits(.v6(high: UInt64(number) << 32, low: 1), at: 0) {
                refused += 1
            }
        }
        #expect(refused == 0)
    }

    @Test func aWindowNamesWhoAskedMost() {
        var window = LimitWindow()
        for number in 0..<1000 as Range<UInt32> {
            window.add(.v4(number << 8))
            window.add(.v4(0xC000_0200 | number & 0xFF))
            window.add(.v4(0xC000_0200))
        }
        #expect(
            window.words(limit: 10)
                == "not answered: 3000 requests within 10 s, over the limit of 10 a second, among them many from 192.0.2.0/24"
        )
    }
}
