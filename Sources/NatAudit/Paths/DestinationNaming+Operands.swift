internal import NetlinkBridge

extension DestinationNaming {
    /// Where a value holds the beginning of the destination address, and how many bytes of it.
    struct Field {
        let offset: Int
        let count: Int
    }

    /// The field of a value that is the destination address; nil where it holds none.
    func field(of operand: Operand) -> Field? {
        switch operand {
        case .packet(1, let offset, let length):
            guard case .packet(_, let start, let width) = Operand.destination(family), offset <= start,
                length > start - offset
            else { return nil }
            // Loads of neighbouring fields are often merged into one.
            return Field(offset: Int(start - offset), count: Int(min(length - (start - offset), width)))
        case .conntrack(let key, let direction):
            let isDestination = ["daddr", "ip daddr", "ip6 daddr"].contains(key.name)
            return isDestination && direction != 1 ? Field(offset: 0, count: width) : nil
        default: return nil
        }
    }

    private var width: Int { family.bitWidth / 8 }

    /// The destinations that a comparison tells apart; nil where it compares something else.
    func compared(_ operand: Operand, _ comparison: NftComparison, _ bytes: [UInt8]) -> [DestinationName]? {
        if case .masked(let inner, let mask, let xor) = operand {
            guard let field = field(of: inner) else { return nil }
            guard let mask = part(field, of: mask, filledWith: 0), let flipped = part(field, of: xor, filledWith: 0),
                let value = part(field, of: bytes, filledWith: 0)
            else { return [.irregular] }
            // Of neighbouring fields that are compared as one, this one may not be looked at.
            if mask.allSatisfy({ $0 == 0 }) { return nil }
            guard [.equal, .notEqual].contains(comparison), let length = NftValue.prefixLength(mask) else {
                return [.irregular]
            }
            return prefix(zip(value, flipped).map { $0 ^ $1 }, length: length)
        }
        guard let field = field(of: operand) else { return nil }
        guard let low = part(field, of: bytes, filledWith: 0), let high = part(field, of: bytes, filledWith: 0xFF),
            let first = IPAddress(networkBytes: low), let last = IPAddress(networkBytes: high)
        else { return [.irregular] }
        let all = Prefix(everyAddressOf: family)
        switch comparison {
        case .equal, .notEqual: return [.range(first, last)]
        // Either side of the border names the other.
        case .less, .greaterOrEqual: return [.range(first, all.last)]
        case .lessOrEqual, .greater: return [.range(all.address, last)]
        }
    }

    /// The destinations from one value to another; nil where the operand is something else.
    func range(of operand: Operand, _ low: [UInt8], _ high: [UInt8]) -> [DestinationName]? {
        guard let field = field(of: operand) else { return nil }
        guard let low = part(field, of: low, filledWith: 0), let high = part(field, of: high, filledWith: 0xFF),
            let first = IPAddress(networkBytes: low), let last = IPAddress(networkBytes: high)
        else { return [.irregular] }
        return [.range(first, last)]
    }

    /// What a set holds of destinations; nil where its keys hold none.
    func names(in operands: [Operand], of set: KernelName) -> [DestinationName]? {
        var offset = 0
        for operand in operands {
            if let field = field(of: operand) {
                guard field.offset == 0, field.count == width else { return [.irregular] }
                let place = Ruleset.SetPlace(family: place.family, table: place.table, name: set)
                return [.set(place, offset: offset)]
            }
            if case .masked(let inner, _, _) = operand, field(of: inner) != nil { return [.irregular] }
            offset += operand.words * 4
        }
        return nil
    }

    private func prefix(_ bytes: [UInt8], length: Int) -> [DestinationName] {
        guard let address = IPAddress(networkBytes: bytes), let prefix = Prefix(address, length: length) else {
            return [.irregular]
        }
        return [.range(prefix.address, prefix.last)]
    }

    /// The bytes of a field as a whole address; nil where there are fewer.
    private func part(_ field: Field, of bytes: [UInt8], filledWith filler: UInt8) -> [UInt8]? {
        guard bytes.count >= field.offset + field.count else { return nil }
        let known = bytes[field.offset..<(field.offset + field.count)]
        return known + [UInt8](repeating: filler, count: width - field.count)
    }
}
