internal import CNftnl
internal import CShims
internal import Glibc

/// A set of libnftnl with its elements, freed with its owner.
@safe struct NftnlSet: ~Copyable {
    let pointer: OpaquePointer

    /// NFTNL_UDATA_SET_KEYBYTEORDER and NFTNL_UDATA_SET_DATABYTEORDER with BYTEORDER_BIG_ENDIAN, by which nft prints values.
    private static let byteOrders: (key: [UInt8], data: [UInt8]) = (
        [0, 4] + hostBytes(UInt32(2)), [1, 4] + hostBytes(UInt32(2))
    )

    /// Names a set; with a declaration it is to be made.
    init(
        table: KernelName,
        name: KernelName,
        _ declaration: NftSetDeclaration?,
        _ elements: [NftNewElement] = []
    ) throws(EncodingError) {
        // All that can fail comes first: what is not yet ours is not freed by deinit.
        var encoded: [(element: NftNewElement, expressions: [NftnlExpression.Fields])] = []
        for element in elements {
            var expressions: [NftnlExpression.Fields] = []
            for expression in element.expressions { expressions.append(try NftnlExpression.Fields(expression)) }
            encoded.append((element, expressions))
        }
        guard let pointer = unsafe nftnl_set_alloc() else { throw EncodingError("a set", "no memory") }
        unsafe self.pointer = unsafe pointer
        set(NFTNL_SET_TABLE, table)
        set(NFTNL_SET_NAME, name)
        if let declaration { declare(declaration) }
        for (element, expressions) in encoded { add(element, expressions) }
    }

    private func set(_ attribute: nftnl_set_attr, _ name: KernelName) {
        unsafe name.withCString { text in
            // Sound: libnftnl copies the string during the call.
            _ = unsafe nftnl_set_set_str(pointer, UInt16(attribute.rawValue), text)
        }
    }

    private func set(_ attribute: nftnl_set_attr, _ number: UInt32) {
        // Sound: the call stores a number in an object that is ours.
        unsafe nftnl_set_set_u32(pointer, UInt16(attribute.rawValue), number)
    }

    private func declare(_ declaration: NftSetDeclaration) {
        // The kernel wants a number by which the batch's rules could name it; they use the name.
        set(NFTNL_SET_ID, 1)
        set(NFTNL_SET_KEY_TYPE, declaration.keyType)
        set(NFTNL_SET_KEY_LEN, UInt32(declaration.keyLength))
        var flags = declaration.flags
        var userData = Self.byteOrders.key
        if !declaration.data.isEmpty {
            flags |= UInt32(NFT_SET_MAP.rawValue)
            set(NFTNL_SET_DATA_TYPE, declaration.data.typeNumber)
            set(NFTNL_SET_DATA_LEN, UInt32(declaration.data.byteCount))
            userData += Self.byteOrders.data
        }
        set(NFTNL_SET_FLAGS, flags)
        if let size = declaration.size { set(NFTNL_SET_DESC_SIZE, size) }
        if let interval = declaration.collection { set(NFTNL_SET_GC_INTERVAL, interval) }
        unsafe userData.withUnsafeBytes { bytes in
            // Sound: libnftnl copies the bytes during the call.
            _ = unsafe nftnl_set_set_data(
                pointer,
                UInt16(NFTNL_SET_USERDATA.rawValue),
                bytes.baseAddress,
                UInt32(bytes.count)
            )
        }
    }

    private func add(_ element: NftNewElement, _ expressions: [NftnlExpression.Fields]) {
        guard let new = unsafe nftnl_set_elem_alloc() else { return }
        let values: [(UInt32, [UInt8])] =
            [(UInt32(NFTNL_SET_ELEM_KEY), element.key)]
            + (element.data.map { [(UInt32(NFTNL_SET_ELEM_DATA), $0)] } ?? [])
        for (attribute, value) in values {
            unsafe value.withUnsafeBytes { bytes in
                // Sound: libnftnl copies the bytes during the call.
                _ = unsafe nftnl_set_elem_set(new, UInt16(attribute), bytes.baseAddress, UInt32(bytes.count))
            }
        }
        if let timeout = element.timeout {
            unsafe nftnl_set_elem_set_u64(new, UInt16(NFTNL_SET_ELEM_TIMEOUT), timeout)
        }
        // Sound: the element takes over each expression, and the set the element.
        for fields in expressions {
            if let expression = unsafe fields.allocate() { unsafe nftnl_set_elem_add_expr(new, expression) }
        }
        unsafe nftnl_set_elem_add(pointer, new)
    }

    deinit { unsafe nftnl_set_free(pointer) }
}
