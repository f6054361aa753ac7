internal import NetlinkBridge

/// What the registers of the nf_tables machine hold at a point of a rule.
struct RegisterFile {
    private var words: [Int: Operand] = [:]
    /// Why a register is not known.
    private var reason = "an unset register"

    /// What begins at a register.
    subscript(register: NftRegister) -> Operand { words[register.word] ?? .other(reason) }

    /// Puts a value into the registers from one on; `length` in bytes where the operand does not tell it.
    mutating func load(_ operand: Operand, into register: NftRegister, length: UInt32? = nil) {
        let count = length.map { (Int(min($0, 64)) + 3) / 4 } ?? operand.words
        // What lay before and reached to here is torn.
        for (word, other) in words where word < register.word && word + other.words > register.word {
            words[word] = .other("a torn register")
        }
        for word in 0..<max(1, count) { words[register.word + word] = nil }
        words[register.word] = operand
        // An address and a port in one value of a map are read from the registers that they fill.
        if length != nil {
            for word in 1..<max(1, count) { words[register.word + word] = .part(operand, from: word * 4) }
        }
    }

    /// Forgets everything: an expression that is not understood may have written anywhere.
    mutating func forget(because reason: String) {
        self.reason = reason
        words = [:]
    }

    /// The operands that make up a key of `length` bytes, one after the other from a register on.
    func key(from register: NftRegister, length: UInt32) -> [Operand] {
        var operands: [Operand] = []
        var word = register.word
        let end = register.word + max(1, (Int(min(length, 64)) + 3) / 4)
        while word < end {
            guard let operand = words[word] else { return [.other(reason)] }
            // The rest of a map's value comes with its beginning.
            if case .part(operands.last, _) = operand {
                word += 1
                continue
            }
            operands.append(operand)
            word += max(1, operand.words)
        }
        return operands
    }
}
