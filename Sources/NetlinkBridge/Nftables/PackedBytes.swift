/// Bytes of which many are zero, kept small: of each eight, a byte that says which of them are not zero, then those.
///
/// Messages of the kernel are padded: of a rule's comment iptables-nft keeps 256 bytes. A group of zeros alone is followed
/// by the number of further such groups (0 to 255). What is cut short of eight is padded with zeros.
///
/// Many of them lie one after the other in a store that they share.
struct PackedBytes: Sendable {
    private var packed: [UInt8]
    private let start: Int32
    private let count: Int32

    /// Packs the bytes into a store of their own.
    init(_ bytes: Span<UInt8>) {
        var store: [UInt8] = []
        store.reserveCapacity(bytes.count / 2 + 16)
        self.init(bytes, into: &store)
        // A copy has no room to spare.
        keep(in: store.span.array)
    }

    /// Packs the bytes at the end of a store, which is given to them when it is full (`keep(in:)`); netlink's messages are
    /// far shorter than the 2 GiB that fit.
    init(_ bytes: Span<UInt8>, into packed: inout [UInt8]) {
        self.packed = []
        self.start = Int32(clamping: packed.count)
        count = Int32(clamping: bytes.count)
        let count = bytes.count
        var start = 0
        while start < count {
            let place = packed.count
            packed.append(0)
            var mask: UInt8 = 0
            for index in start..<min(start + 8, count) where bytes[index] != 0 {
                mask |= 1 << UInt8(index - start)
                packed.append(bytes[index])
            }
            packed[place] = mask
            start += 8
            guard mask == 0 else { continue }
            var more: UInt8 = 0
            while more < 255, start < count, (start..<min(start + 8, count)).allSatisfy({ bytes[$0] == 0 }) {
                more += 1
                start += 8
            }
            packed.append(more)
        }
    }

    /// Takes the store in which they lie.
    mutating func keep(in store: [UInt8]) { packed = store }

    /// The bytes as they were.
    var unpacked: [UInt8] {
        let count = Int(count)
        return [UInt8](capacity: count) { output in
            var place = Int(start)
            while output.count < count {
                let mask = packed[place]
                place += 1
                for bit in 0..<8 where output.count < count {
                    if mask & (1 << UInt8(bit)) == 0 {
                        output.append(0)
                    } else {
                        output.append(packed[place])
                        place += 1
                    }
                }
                guard mask == 0 else { continue }
                let zeros = min(Int(packed[place]) * 8, count - output.count)
                place += 1
                for _ in 0..<zeros { output.append(0) }
            }
        }
    }
}

extension PackedBytes: Hashable {
    /// Bytes are the same wherever they lie.
    static func == (left: PackedBytes, right: PackedBytes) -> Bool {
        left.count == right.count && left.unpacked == right.unpacked
    }

    func hash(into hasher: inout Hasher) { hasher.combine(unpacked) }
}
