internal import NetlinkBridge

extension Prefix {
    /// The test for an address in this block, as nft writes it; none for the block of all addresses.
    ///
    /// The operand is the address's place in the packet.
    func conditions(of operand: Operand) -> [Condition] {
        guard length > 0, case .packet(let base, let offset, let width) = operand else { return [] }
        let bytes = address.networkBytes
        if length % 8 == 0 {
            let count = length / 8
            return [
                .compare(
                    .packet(base: base, offset: offset, length: UInt32(count)),
                    .equal,
                    Array(bytes.prefix(count))
                )
            ]
        }
        let mask = (0..<Int(width)).map { index -> UInt8 in
            let bits = max(0, min(8, length - index * 8))
            return bits == 0 ? 0 : ~UInt8(0) << UInt8(8 - bits)
        }
        let operand = Operand.masked(
            .packet(base: base, offset: offset, length: width),
            mask: mask,
            xor: [UInt8](repeating: 0, count: Int(width))
        )
        return [.compare(operand, .equal, bytes)]
    }
}
