import Testing

@testable import NetlinkBridge

/// Messages of ipset as the kernel sends them, whole and damaged: the decoder returns or throws, it never traps.
struct HostileIPSetTests {
    /// A set `n` of type hash:net,iface with one element, `10.0.0.0/8,eth0 nomatch`, as `ipset list` receives it.
    private static let message: [UInt8] = {
        // IPSET_ATTR_* by their numbers in linux/netfilter/ipset/ip_set.h
        var request = NetlinkRequest(type: 0, flags: 0, header: [2, 0, 0, 0])
        request.append(1, [7])
        request.append(2, name: "n")
        request.append(3, name: "hash:net,iface")
        request.append(5, [2])
        request.appendNested(7) { $0.append(18, [0, 0, 4, 0]) }
        request.appendNested(8) { list in
            list.appendNested(7) { element in
                element.appendNested(1) { $0.append(1, [10, 0, 0, 0]) }
                element.append(3, [8])
                element.append(23, name: "eth0")
                element.append(8, [0, 0, 0, 4])
            }
        }
        return request.payload
    }()

    @Test func aWholeMessageIsDecoded() throws {
        let message = try IPSetMessage(decoding: Self.message.span)
        #expect(message.name == "n" && message.head?.typeName == "hash:net,iface")
        #expect(message.head?.family == .ip && message.head?.dimensions == 2)
        let element = IPSet.Element(first: Prefix("10.0.0.0/8"), interface: "eth0", flags: 4)
        #expect(message.elements == [element])
        #expect(element.isException && !element.isWildcard && !element.isBridgePort)
    }

    @Test func damagedMessagesNeverTrapTheDecoder() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SplitMix64(seed: seed)
        var refused = 0
        for _ in 0..<20_000 {
            var bytes = Self.message
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                guard let index = bytes.indices.randomElement(using: &generator) else { continue }
                if Bool.random(using: &generator) {
                    bytes[index] = .random(in: .min ... .max, using: &generator)
                } else {
                    bytes.removeSubrange(index...)
                }
            }
            do { _ = try IPSetMessage(decoding: bytes.span) } catch { refused += 1 }
        }
        #expect(refused > 0 && refused < 20_000, "seed \(seed)")
    }
}
