import NetlinkBridge
import Testing

@testable import NatAudit

/// Sets as the reader finds them, against what ipset(8) lists and answers.
struct IPSetReaderTests {
    private static let script = """
        create a hash:ip
        create b hash:net family inet6
        create c hash:ip,port timeout 600
        create d hash:net,port
        create e hash:ip,port,ip
        create f hash:ip,port,net counters comment
        create g hash:net,iface
        create h bitmap:ip range 10.0.0.0/16 netmask 24
        create i bitmap:port range 1-65535
        create j list:set
        add a 10.0.0.1
        add a 10.0.0.2
        add b 2001:db8::/32
        add b 2001:db8:1::/48 nomatch
        add c 10.0.0.1,udp:53
        add d 10.0.0.0/8,tcp:80
        add d 10.0.0.0/16,tcp:80 nomatch
        add e 10.0.0.1,udp:53,10.0.0.9
        add f 10.0.0.1,udp:53,192.0.2.0/24 comment "x y"
        add g 10.0.0.0/8,eth0
        add g 10.0.0.0/8,lan wildcard
        add g 192.0.2.0/24,physdev:eth1
        add h 10.0.7.0
        add i 53
        add j a
        add j i

        """

    @Test func everyElementIsTheOneThatIsListed() throws {
        let host = try RulesNamespace()
        try host.run(["ipset", "restore"], input: Self.script)
        let names = "abcdefghij".map { KernelName(String($0)) }
        let sets = try host.namespace.perform {
            var reader = try IPSetReader()
            return try reader.sets(names)
        }
        #expect(sets.count == names.count)
        var listed: [String: Set<String>] = [:]
        for line in try host.run(["ipset", "list", "-o", "save"]).split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if words[0] == "create" {
                #expect(sets[KernelName(words[1])]?.typeName == KernelName(words[2]))
            } else {
                // What follows a timeout, a counter or a comment is none of the element.
                let flags = words.dropFirst(3).filter { ["nomatch", "wildcard"].contains($0) }
                listed[words[1], default: []].insert(([words[2]] + flags).joined(separator: " "))
            }
        }
        for (name, elements) in listed {
            let set = try #require(sets[KernelName(name)])
            #expect(set.isWhole)
            #expect(Set(set.elements.map { Self.text($0) }) == elements, "set \(name)")
        }
        #expect(sets["h"]?.netmask == 24)
        #expect(sets["b"]?.family == .ip6)
        #expect(sets["j"]?.members.map(\.name) == ["a", "i"])
        #expect(sets["j"]?.members.first?.elements.count == 2)
    }

    /// An element as ipset writes it.
    private static func text(_ element: IPSet.Element) -> String {
        let transport = element.transport.map { $0 == 17 ? "udp:" : "tcp:" } ?? ""
        let interface = element.interface.map { (element.isBridgePort ? "physdev:" : "") + "\($0)" }
        let parts = [
            element.first.map { "\($0)" }, element.port.map { "\(transport)\($0)" },
            element.second.map { "\($0)" }, interface, element.member.map { "\($0)" },
        ]
        return parts.compactMap { $0 }.joined(separator: ",") + (element.isException ? " nomatch" : "")
            + (element.isWildcard ? " wildcard" : "")
    }

    /// Random addresses in a set of nested blocks and exceptions: ipset(8) asks the kernel, which looks as for a packet.
    @Test func addressesAreInTheSetWhereIpsetSaysSo() throws {
        let host = try RulesNamespace()
        var blocks: [String] = []
        for length in [8, 12, 16, 20, 24, 28, 30, 32] {
            for _ in 0..<6 {
                let address = UInt32.random(in: 0x0A00_0000...0x0A00_0FFF)
                let block = try #require(Prefix(.v4(address), length: length))
                blocks.append("add s \(block)\(Bool.random() ? " nomatch" : "")")
            }
        }
        // The same block with and without an exception is one element, and the last one stays.
        try host.run(
            ["ipset", "-exist", "restore"],
            input: "create s hash:net\n" + blocks.joined(separator: "\n") + "\n"
        )
        let set = try host.namespace.perform {
            var reader = try IPSetReader()
            return try #require(try reader.sets(["s"])["s"])
        }
        var hits = 0
        for _ in 0..<150 {
            let address = IPAddress.v4(UInt32.random(in: 0x0A00_0000...0x0A00_0FFF))
            let packet = Packet(from: address, to: .v4(1))
            let script = #"ipset test s "$1" 2>/dev/null && echo yes || echo no"#
            let kernel = try host.run(["sh", "-c", script, "sh", "\(address)"])
            let isIn = IPSetLookup(packet: packet, sides: [.source], countsExceptions: false).contains(set)
            #expect((isIn == true ? "yes\n" : "no\n") == kernel, "\(address) in \(blocks)")
            if isIn == true { hits += 1 }
        }
        print("ipset: \(hits) of 150 addresses were in the set")
    }

    /// A set that takes many messages, and one of which only the beginning is kept.
    @Test func aLargeSetIsReadUpToTheBound() throws {
        let host = try RulesNamespace()
        let elements = (0..<5000).map { "add big 10.\($0 >> 8).\($0 & 255).1\n" }.joined()
        try host.run(["ipset", "restore"], input: "create big hash:ip\n\(elements)")
        try host.namespace.perform {
            var reader = try IPSetReader()
            let whole = try #require(try reader.sets(["big"])["big"])
            #expect(whole.isWhole && Set(whole.elements).count == 5000)
            var bounded = try IPSetReader(maximumElements: 1000)
            let part = try #require(try bounded.sets(["big"])["big"])
            #expect(!part.isWhole && part.elements.count == 1000)
        }
    }

    @Test func aSetThatIsGoneOrNotUnderstoodIsLeftOut() throws {
        let host = try RulesNamespace()
        try host.run(["ipset", "restore"], input: "create holes hash:ip bitmask 255.0.255.0\n")
        let sets = try host.namespace.perform {
            var reader = try IPSetReader()
            return try reader.sets(["holes", "gone"])
        }
        #expect(sets.isEmpty)
    }
}
