/// Where in the path of a packet chains are hooked in (enum nf_inet_hooks).
public enum NetfilterHook: UInt32, Hashable, Sendable, CaseIterable {
    case prerouting = 0
    case input = 1
    case forward = 2
    case output = 3
    case postrouting = 4
}
