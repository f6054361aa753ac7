internal import CShims

extension LegacyTable {
    /// Decodes what `LegacyTableReader.readBytes(table:family:)` read: the kernel's answer to IPT_SO_GET_INFO and,
    /// right behind it, that to IPT_SO_GET_ENTRIES.
    ///
    /// - Throws: `DecodingError` with the offset in `bytes` where anything does not fit.
    public init(decoding bytes: [UInt8], family: AddressFamily) throws(DecodingError) {
        let blob = XtBytes(bytes, "the table")
        let name = try blob.name(NA_GETINFO_NAME, NA_TABLE_NAME_SIZE)
        let entriesHeader = NA_GETINFO_SIZE
        let size = Int(try blob.u32(NA_GETINFO_TABLE_SIZE))
        let count = Int(try blob.u32(entriesHeader + NA_GET_ENTRIES_COUNT))
        let base = entriesHeader + NA_GET_ENTRIES_TABLE
        guard try blob.name(entriesHeader + NA_GET_ENTRIES_NAME, NA_TABLE_NAME_SIZE) == name else {
            throw DecodingError(what: "entries of table \(name)", offset: entriesHeader)
        }
        guard count == size, bytes.count - base == size else {
            throw DecodingError(
                what: "\(size) bytes of entries",
                offset: entriesHeader + NA_GET_ENTRIES_COUNT
            )
        }
        let hooks = try Self.hooks(blob, size: size)
        self.name = name
        self.family = family
        chains = try LegacyChainBuilder(blob, hooks, base: base, size: size, family: family).chains()
    }

    /// The offset of each hook's first entry, and of the entry that is its policy.
    private static func hooks(
        _ blob: XtBytes,
        size: Int
    ) throws(DecodingError) -> [(hook: LegacyHook, first: Int, policy: Int)] {
        let valid = try blob.u32(NA_GETINFO_VALID_HOOKS)
        var hooks: [(hook: LegacyHook, first: Int, policy: Int)] = []
        for hook in LegacyHook.allCases where valid & 1 << hook.rawValue != 0 {
            let place = NA_GETINFO_HOOK_ENTRY + 4 * hook.rawValue
            let first = Int(try blob.u32(place))
            let policy = Int(try blob.u32(NA_GETINFO_UNDERFLOW + 4 * hook.rawValue))
            guard first <= policy, policy < size else {
                throw DecodingError(
                    what: "a policy of \(hook.chainName) behind its first rule",
                    offset: place
                )
            }
            hooks.append((hook, first, policy))
        }
        return hooks
    }
}
