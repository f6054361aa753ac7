import NetlinkBridge
import Testing

@testable import NatAudit

/// What has to be true of stand-ins for addresses, tried on random ones.
struct AddressStandInTests {
    /// Addresses as a host has them: few networks, many hosts in them, and prefixes of any length.
    private static func occurring(using random: inout SplitMix64, family: AddressFamily) -> Set<Prefix> {
        let homes =
            family == .ip
            ? [
                "10.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12", "100.64.0.0/10", "203.0.113.0/24", "0.0.0.0/0",
                "10.7.0.0/16",
            ]
            : ["2000::/3", "2001:db8::/32", "fd00::/8", "fe80::/64", "2a01:4f8::/32", "::/0"]
        var found: Set<Prefix> = []
        for _ in 0..<Int.random(in: 1...120, using: &random) {
            guard let home = homes.randomElement(using: &random).flatMap({ Prefix($0) }) else { continue }
            let width = family.bitWidth
            let length = Bool.random(using: &random) ? width : Int.random(in: home.length...width, using: &random)
            let noise = UInt128.random(in: 0...UInt128.max, using: &random)
            let free = width == home.length ? 0 : noise >> UInt128(128 - (width - home.length))
            guard let prefix = Prefix(IPAddress(home.address.number | free, family), length: length) else { continue }
            found.insert(prefix)
        }
        return found
    }

    @Test(arguments: AddressFamily.allCases)
    func prefixesKeepTheirContentsAndAddressesTheirOrder(_ family: AddressFamily) {
        var random = SplitMix64(seed: 20)
        var (moved, same) = (0, 0)
        for _ in 0..<25 {
            let occurring = Self.occurring(using: &random, family: family)
            let ordered = Set(occurring.map(\.address)).sorted()
            let standIns = AddressStandIns(occurring.union(ordered.map { Prefix(host: $0) }), using: random)
            let changed = ordered.map { standIns[$0] }
            #expect(changed == changed.sorted() && Set(changed).count == changed.count)
            for prefix in occurring {
                #expect(standIns[prefix].length == prefix.length)
                for other in ordered {
                    #expect(standIns[prefix].contains(standIns[other]) == prefix.contains(other), "\(prefix) \(other)")
                }
                for other in occurring {
                    #expect(standIns[prefix].contains(standIns[other]) == prefix.contains(other), "\(prefix) \(other)")
                }
            }
            for address in ordered {
                for kind in AddressClasses.kinds(of: family) {
                    #expect(kind.contains(address) == kind.contains(standIns[address]), "\(address) \(kind)")
                }
                if standIns[address] == address { same += 1 } else { moved += 1 }
            }
        }
        // What stays lies in a block that holds a whole kind, or has no other place left in one that is nearly full.
        #expect(moved > 8 * same, "\(moved) \(same)")
    }

    @Test func whatMeansTheSameEverywhereStays() throws {
        let texts = [
            "0.0.0.0/0", "127.0.0.53", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
            "169.254.169.254",
            "255.255.255.255", "224.0.0.251", "0.0.0.0/1", "128.0.0.0/1", "::/0", "::1", "fe80::/10", "fd00::/8",
            "ff02::1",
            "2000::/3",
        ]
        let prefixes = try texts.map { try #require(Prefix($0)) }
        let standIns = AddressStandIns(Set(prefixes), using: SplitMix64(seed: 1))
        for prefix in prefixes { #expect(standIns[prefix] == prefix) }
    }

    /// RFC 4291 section 2.5.5.2 and RFC 6052: the same address again, in IPv6's clothes.
    @Test func anAddressInAnotherOneIsTheSameOne() throws {
        let address = try #require(IPAddress("192.168.7.9"))
        let mapped = try #require(IPAddress("::ffff:192.168.7.9"))
        let translated = try #require(IPAddress("64:ff9b::192.168.7.9"))
        let all = Set([address, mapped, translated].map { Prefix(host: $0) })
        let standIns = AddressStandIns(all, using: SplitMix64(seed: 5))
        #expect(standIns[mapped] == IPAddress("::ffff:\(standIns[address])"))
        #expect(standIns[translated] == IPAddress("64:ff9b::\(standIns[address])"))
        #expect(standIns[address] != address)
    }

    /// Two runs choose otherwise, so that nobody finds an original by trying all of them.
    @Test func anotherRunChoosesOtherAddresses() throws {
        let address = try #require(Prefix("10.1.2.3"))
        let chosen = (0..<20).map { _ in
            AddressStandIns([address], using: SystemRandomNumberGenerator())[address.address]
        }
        #expect(Set(chosen).count > 15)
    }
}
