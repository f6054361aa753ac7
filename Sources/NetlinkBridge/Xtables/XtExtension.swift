/// A match or a target of xtables as the kernel hands it out: a name, a revision and a C structure.
///
/// The same blob stands in the entries of legacy tables (`xt_entry_match`, `xt_entry_target` in
/// linux/netfilter/x_tables.h) and in the `match` and `target` expressions that iptables-nft writes into nf_tables.
public struct XtExtension: Hashable, Sendable {
    /// The name, such as `conntrack` or `SNAT`; empty for the standard target.
    public let name: KernelName
    /// Which of the structures of that name the data is.
    public let revision: UInt8
    /// The structure as dumped, without the header and with its padding.
    public let data: [UInt8]

    /// Makes an extension from its three parts.
    public init(name: KernelName, revision: UInt8, data: [UInt8]) {
        self.name = name
        self.revision = revision
        self.data = data
    }

    /// The structure to read from.
    var structure: XtBytes { XtBytes(data, "the \(name) structure of revision \(revision)") }
}
