/// Who causes a verdict that is worse than easy.
public enum Attribution: String, Hashable, Sendable, CaseIterable, Codable {
    /// The host that was looked at changes the port.
    case thisHost = "this-host"
    /// Something between that host and the servers does: a cloud's NAT gateway, a carrier, an office's
    /// router.
    case upstream
    /// Both do.
    case both
    /// It could not be told: this host's conntrack entries were not there to compare with.
    case unknown
    /// Nobody has to: the verdict is easy or no-nat.
    case none
}
