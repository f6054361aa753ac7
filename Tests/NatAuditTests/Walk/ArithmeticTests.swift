@testable import NetlinkBridge
import Testing

@testable import NatAudit

/// What rules compute of what they load.
struct ArithmeticTests {
    /// Vectors of Bob Jenkins' lookup3.c (driver5), whose `hashlittle` the kernel's jhash is.
    @Test func hashesAreThoseOfLookup3() {
        let text = Array("Four score and seven years ago".utf8)
        #expect(JenkinsHash.hash([], seed: 0) == 0xDEAD_BEEF)
        #expect(JenkinsHash.hash([], seed: 0xDEAD_BEEF) == 0xBD5B_7DDE)
        #expect(JenkinsHash.hash(text, seed: 0) == 0x1777_0551)
        #expect(JenkinsHash.hash(text, seed: 1) == 0xCD62_8161)
        #expect(JenkinsHash.scaled(0xFFFF_FFFF, to: 7) == 6)
        #expect(JenkinsHash.scaled(0x8000_0000, to: 7) == 3)
    }

    /// Words in the host's order, with a carry between them (nft_bitwise.c).
    @Test func shiftsCarryFromWordToWord() {
        let word = { (number: UInt32) in hostBytes(number) }
        let two = word(1) + word(0x8000_0001)
        #expect(PacketView.shifted(two, true, 1) == word(3) + word(2))
        #expect(PacketView.shifted(two, false, 1) == word(0) + word(0xC000_0000))
        #expect(PacketView.shifted(word(5), true, 0) == word(5))
        #expect(PacketView.combined([0xF0, 0x0F], .xor, [0xFF, 0xFF]) == [0x0F, 0xF0])
    }
}
