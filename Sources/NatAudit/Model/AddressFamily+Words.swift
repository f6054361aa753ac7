internal import NetlinkBridge

extension AddressFamily {
    /// The family as people write it.
    var words: String { self == .ip ? "IPv4" : "IPv6" }
}
