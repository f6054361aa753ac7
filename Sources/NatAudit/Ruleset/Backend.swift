public import NetlinkBridge

/// Which of the three ways of writing rules a rule was written in.
public enum Backend: String, Hashable, Sendable, CaseIterable {
    /// nf_tables' own language.
    case nftables
    /// iptables' language, kept in nf_tables.
    case iptablesNft = "iptables-nft"
    /// iptables' language in the legacy tables.
    case iptablesLegacy = "iptables-legacy"
}

/// The chain that a rule stands in.
public struct ChainPlace: Hashable, Sendable {
    /// Whether the chain is kept by nf_tables or by the legacy tables.
    public let isLegacy: Bool
    /// The family of the table, as the kernel has it.
    public let family: NftFamily
    /// The table's name.
    public let table: KernelName
    /// The chain's name.
    public let chain: KernelName

    /// Makes a place from its parts.
    public init(isLegacy: Bool, family: NftFamily, table: KernelName, chain: KernelName) {
        self.isLegacy = isLegacy
        self.family = family
        self.table = table
        self.chain = chain
    }
}

extension ChainPlace: CustomStringConvertible {
    /// "chain CHAIN of table FAMILY TABLE", with "legacy" where it is.
    public var description: String {
        Self.words(chain: "\(chain)", isLegacy: isLegacy, family: "\(family)", table: "\(table)")
    }

    /// The words of a place whose names are escaped already.
    static func words(chain: String, isLegacy: Bool, family: String, table: String) -> String {
        "chain \(chain) of \(isLegacy ? "the legacy " : "")table \(family) \(table)"
    }
}
