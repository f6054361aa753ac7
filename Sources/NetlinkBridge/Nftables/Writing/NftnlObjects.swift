internal import CNftnl
internal import CShims
internal import Glibc

/// A table of libnftnl, freed with its owner.
@safe struct NftnlTable: ~Copyable {
    let pointer: OpaquePointer

    init(
        _ name: KernelName,
        comment: String?,
        isOwned: Bool = false,
        handle: UInt64? = nil
    ) throws(EncodingError) {
        guard let pointer = unsafe nftnl_table_alloc() else { throw EncodingError("a table", "no memory") }
        unsafe self.pointer = unsafe pointer
        set(NFTNL_TABLE_NAME, name)
        // Sound: the call stores a number in an object that is ours.
        if isOwned {
            unsafe nftnl_table_set_u32(pointer, UInt16(NFTNL_TABLE_FLAGS.rawValue), UInt32(NFT_TABLE_F_OWNER.rawValue))
        }
        if let handle { unsafe nftnl_table_set_u64(pointer, UInt16(NFTNL_TABLE_HANDLE.rawValue), handle) }
        guard let comment else { return }
        unsafe UserData(comment: comment).bytes.withUnsafeBytes { bytes in
            // Sound: libnftnl copies the bytes during the call.
            _ = unsafe nftnl_table_set_data(
                pointer,
                UInt16(NFTNL_TABLE_USERDATA.rawValue),
                bytes.baseAddress,
                UInt32(bytes.count)
            )
        }
    }

    private func set(_ attribute: nftnl_table_attr, _ name: KernelName) {
        unsafe name.withCString { text in
            // Sound: libnftnl copies the string during the call.
            _ = unsafe nftnl_table_set_str(pointer, UInt16(attribute.rawValue), text)
        }
    }

    deinit { unsafe nftnl_table_free(pointer) }
}

/// A chain of libnftnl, freed with its owner.
@safe struct NftnlChain: ~Copyable {
    let pointer: OpaquePointer

    init(table: KernelName, name: KernelName, hook: NftChain.Hook?) throws(EncodingError) {
        guard let pointer = unsafe nftnl_chain_alloc() else { throw EncodingError("a chain", "no memory") }
        unsafe self.pointer = unsafe pointer
        set(NFTNL_CHAIN_TABLE, table)
        set(NFTNL_CHAIN_NAME, name)
        guard let hook else { return }
        set(NFTNL_CHAIN_TYPE, hook.type)
        // Sound: the calls store numbers in an object that is ours.
        unsafe nftnl_chain_set_u32(pointer, UInt16(NFTNL_CHAIN_HOOKNUM.rawValue), hook.number)
        unsafe nftnl_chain_set_s32(pointer, UInt16(NFTNL_CHAIN_PRIO.rawValue), hook.priority)
        unsafe nftnl_chain_set_u32(pointer, UInt16(NFTNL_CHAIN_POLICY.rawValue), hook.policy)
    }

    private func set(_ attribute: nftnl_chain_attr, _ name: KernelName) {
        unsafe name.withCString { text in
            // Sound: libnftnl copies the string during the call.
            _ = unsafe nftnl_chain_set_str(pointer, UInt16(attribute.rawValue), text)
        }
    }

    deinit { unsafe nftnl_chain_free(pointer) }
}

/// A rule of libnftnl with its expressions, freed with its owner.
@safe struct NftnlRule: ~Copyable {
    let pointer: OpaquePointer

    init(
        _ family: NftFamily,
        table: KernelName,
        chain: KernelName,
        _ expressions: [NftExpression],
        comment: String?,
        handle: UInt64? = nil
    ) throws(EncodingError) {
        // All that can fail comes first: what is not yet ours is not freed by deinit.
        let encoded = try expressions.map { (expression) throws(EncodingError) in
            try NftnlExpression.Fields(expression)
        }
        guard let pointer = unsafe nftnl_rule_alloc() else { throw EncodingError("a rule", "no memory") }
        unsafe self.pointer = unsafe pointer
        set(NFTNL_RULE_TABLE, table)
        set(NFTNL_RULE_CHAIN, chain)
        unsafe nftnl_rule_set_u32(pointer, UInt16(NFTNL_RULE_FAMILY.rawValue), UInt32(family.rawValue))
        if let handle { unsafe nftnl_rule_set_u64(pointer, UInt16(NFTNL_RULE_HANDLE.rawValue), handle) }
        // Sound: the rule takes over each expression and frees it.
        for fields in encoded { unsafe nftnl_rule_add_expr(pointer, fields.allocate()) }
        guard let comment else { return }
        unsafe UserData(comment: comment).bytes.withUnsafeBytes { bytes in
            // Sound: libnftnl copies the bytes during the call.
            _ = unsafe nftnl_rule_set_data(
                pointer,
                UInt16(NFTNL_RULE_USERDATA.rawValue),
                bytes.baseAddress,
                UInt32(bytes.count)
            )
        }
    }

    private func set(_ attribute: nftnl_rule_attr, _ name: KernelName) {
        unsafe name.withCString { text in
            // Sound: libnftnl copies the string during the call.
            _ = unsafe nftnl_rule_set_str(pointer, UInt16(attribute.rawValue), text)
        }
    }

    deinit { unsafe nftnl_rule_free(pointer) }
}

extension UserData {
    /// A comment as nft keeps it: type 0, the length with the terminating NUL, and at most 127 bytes of text.
    init(comment: String) {
        let text = Array(comment.utf8.prefix(127)) + [0]
        self.init(bytes: [0, UInt8(text.count)] + text)
    }
}

extension KernelName {
    /// Lends the name to C with its terminating NUL.
    func withCString<Value>(_ body: (UnsafePointer<CChar>) -> Value) -> Value {
        let text = bytes.map { CChar(bitPattern: $0) } + [0]
        return unsafe text.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else {
                preconditionFailure("a buffer with a NUL is not empty")
            }
            return unsafe body(base)
        }
    }
}
