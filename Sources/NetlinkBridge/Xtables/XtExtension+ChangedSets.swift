internal import CShims

extension XtExtension {
    /// The indexes of the ipsets that a `SET` target adds to or takes from; empty for any other target.
    ///
    /// `xt_set_info_target_v0` to `xt_set_info_target_v3` in linux/netfilter/xt_set.h begin with the set that is added to
    /// and the one that is taken from; the set that revision 3 maps marks from is only read.
    var changedSetIndexes: Set<UInt16> {
        guard name == "SET" else { return [] }
        // An info of revision 0 is as long as `xt_set_info_v0`, a later one four bytes.
        let second = revision == 0 ? NA_SET0_INFO_SIZE : NA_SET_INFO_SIZE
        let indexes = [0, second].compactMap { try? structure.u16($0 + NA_SET_INDEX) }
        // IPSET_INVALID_ID stands for none.
        return Set(indexes.filter { $0 != .max })
    }

    /// Tells whether a `SET` target takes the packet's mark from a set: IPSET_FLAG_MAP_SKBMARK among the flags that stand behind
    /// the three sets of `xt_set_info_target_v3`.
    public var mapsMark: Bool {
        guard name == "SET", revision == 3, let flags = try? structure.u32(3 * NA_SET_INFO_SIZE) else { return false }
        return flags & UInt32(NA_SET_MAP_MARK) != 0
    }
}
