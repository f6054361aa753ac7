/// What a mapping does beyond keeping ports, where that is asked for.
public enum MappingFeature: String, Hashable, Sendable, CaseIterable {
    /// Whoever sends to a mapped port reaches the socket behind it: endpoint-independent filtering (RFC 4787 section 5).
    case openFiltering
    /// Inside clients reach each other by their external addresses, and present theirs (RFC 4787 section 6, REQ-9).
    case hairpin
}

extension MappingFeature {
    /// What a person should know who asks for it.
    var note: String {
        switch self {
        case .openFiltering:
            "open: anybody on the Internet may send to a port that an inside socket has, and the host's forward rules alone decide; "
                + "each sender takes an entry of conntrack"
        case .hairpin:
            "hairpin: what inside clients send to the host's outward addresses goes to the socket that has the port, with the "
                + "sender's external address and port"
        }
    }
}
