/// What the kernel would find where a rule looks.
enum Known: Hashable {
    /// These bytes, in the kernel's order.
    case bytes([UInt8])
    /// Nothing: the rule ends, whatever it compares with.
    case absent
    /// It cannot be told; the words say what is not known.
    case unknown(String)
}
