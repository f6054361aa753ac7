internal import CNftnl
internal import CShims
internal import Glibc

/// Expressions as libnftnl wants them: a name and numbered fields.
enum NftnlExpression {
    /// What one field holds.
    enum Value {
        case number(UInt32)
        case long(UInt64)
        case data([UInt8])
        case name(KernelName)
        /// Data of which libnftnl keeps what it is given, and frees it: the blob of an extension.
        case blob([UInt8])
        /// Expressions within the expression.
        case list([Fields])
    }

    /// The fields of one expression.
    struct Fields {
        let name: String
        let values: [(field: UInt32, value: Value)]

        /// Allocates the expression, which the caller owns; nil where memory is short.
        func allocate() -> OpaquePointer? {
            guard let expression = unsafe nftnl_expr_alloc(name) else { return nil }
            for (field, value) in values {
                let field = UInt16(field)
                // Sound: libnftnl copies numbers, data and strings during the calls.
                switch value {
                case .number(let number): unsafe nftnl_expr_set_u32(expression, field, number)
                case .long(let number): unsafe nftnl_expr_set_u64(expression, field, number)
                case .list(let list):
                    // Sound: the expression takes over those within it.
                    for inner in list {
                        guard let inner = unsafe inner.allocate() else { continue }
                        unsafe nftnl_expr_add_expr(expression, UInt32(field), inner)
                    }
                case .data(let bytes):
                    unsafe bytes.withUnsafeBytes { buffer in
                        unsafe _ = nftnl_expr_set(expression, field, buffer.baseAddress, UInt32(buffer.count))
                    }
                case .blob(let bytes):
                    // Sound: the expression takes over the memory, which malloc gave.
                    guard let copy = unsafe malloc(max(bytes.count, 1)) else { continue }
                    unsafe bytes.withUnsafeBytes { buffer in
                        if let base = buffer.baseAddress { unsafe _ = memcpy(copy, base, buffer.count) }
                    }
                    unsafe _ = nftnl_expr_set(expression, field, copy, UInt32(bytes.count))
                case .name(let name):
                    unsafe name.withCString { text in unsafe _ = nftnl_expr_set_str(expression, field, text) }
                }
            }
            return unsafe expression
        }
    }
}

extension NftRegister {
    /// The kernel's number for the place: NFT_REG_1 to NFT_REG_4 where it begins a register of 16 bytes.
    var number: UInt32 {
        if word == 0 { return 0 }
        return word % 4 == 0 ? UInt32(word / 4) : UInt32(word + 4)
    }
}

extension NftnlExpression.Fields {
    init(_ name: String, _ values: [(some BinaryInteger, NftnlExpression.Value)]) {
        self.name = name
        self.values = values.map { (UInt32($0.0), $0.1) }
    }

    /// The fields of an expression, for the kinds that nataudit writes.
    init(_ expression: NftExpression) throws(EncodingError) {
        switch expression {
        case .payload(let load):
            self.init(
                "payload",
                [
                    (NFTNL_EXPR_PAYLOAD_DREG, .number(load.into.number)),
                    (NFTNL_EXPR_PAYLOAD_BASE, .number(load.base)),
                    (NFTNL_EXPR_PAYLOAD_OFFSET, .number(load.offset)),
                    (NFTNL_EXPR_PAYLOAD_LEN, .number(load.length)),
                ]
            )
        case .meta(let key, let into):
            self.init(
                "meta",
                [(NFTNL_EXPR_META_KEY, .number(key.rawValue)), (NFTNL_EXPR_META_DREG, .number(into.number))]
            )
        case .metaSet(let key, let from):
            self.init(
                "meta",
                [(NFTNL_EXPR_META_KEY, .number(key.rawValue)), (NFTNL_EXPR_META_SREG, .number(from.number))]
            )
        case .conntrack(let key, let direction, let into):
            let place: [(Int, NftnlExpression.Value)] =
                direction.map {
                    [(NFTNL_EXPR_CT_DIR, .data([$0]))]
                } ?? []
            self.init(
                "ct",
                [(NFTNL_EXPR_CT_KEY, .number(key.rawValue)), (NFTNL_EXPR_CT_DREG, .number(into.number))]
                    + place
            )
        case .compare(let register, let comparison, let bytes):
            self.init(
                "cmp",
                [
                    (NFTNL_EXPR_CMP_SREG, .number(register.number)),
                    (NFTNL_EXPR_CMP_OP, .number(comparison.rawValue)), (NFTNL_EXPR_CMP_DATA, .data(bytes)),
                ]
            )
        case .range(let register, let low, let high, let inverted):
            self.init(
                "range",
                [
                    (NFTNL_EXPR_RANGE_SREG, .number(register.number)),
                    (NFTNL_EXPR_RANGE_OP, .number(inverted ? 1 : 0)),
                    (NFTNL_EXPR_RANGE_FROM_DATA, .data(low)), (NFTNL_EXPR_RANGE_TO_DATA, .data(high)),
                ]
            )
        case .bitwise(let from, let into, let mask, let xor):
            self.init(
                "bitwise",
                [
                    (NFTNL_EXPR_BITWISE_SREG, .number(from.number)),
                    (NFTNL_EXPR_BITWISE_DREG, .number(into.number)),
                    (NFTNL_EXPR_BITWISE_LEN, .number(UInt32(mask.count))),
                    (NFTNL_EXPR_BITWISE_MASK, .data(mask)), (NFTNL_EXPR_BITWISE_XOR, .data(xor)),
                ]
            )
        default: try self.init(ending: expression)
        }
    }
}
