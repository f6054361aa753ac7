internal import NetlinkBridge

extension Chain {
    /// Where a base chain sits that packets meet before all chains of IP, or behind them.
    struct Edge: Hashable, Sendable {
        /// Tells whether it sees what comes in, else what goes out.
        let isInward: Bool
        /// The devices whose packets it sees; nil where they are not all known.
        let devices: [KernelName]?
        /// Tells whether it sees what passes bridges, by their ports.
        let isOfBridges: Bool
        /// The priority among such chains; lower runs earlier.
        let priority: Int32
        /// Tells whether a packet that reaches the chain's end is dropped.
        let dropsByPolicy: Bool

        /// The place of a base chain of the families netdev and bridge, and of inet at ingress; nil for other chains.
        init?(_ chain: NftChain) {
            guard let hook = chain.hook else { return nil }
            switch (chain.family, hook.number) {
            // NF_NETDEV_INGRESS and NF_INET_INGRESS; NF_NETDEV_EGRESS
            case (.netdev, 0), (.inet, 5): isInward = true
            case (.netdev, 1): isInward = false
            // What is for the host itself or comes from it passes no bridge forward.
            case (.bridge, NetfilterHook.prerouting.rawValue), (.bridge, NetfilterHook.input.rawValue): isInward = true
            case (.bridge, NetfilterHook.output.rawValue), (.bridge, NetfilterHook.postrouting.rawValue):
                isInward = false
            default: return nil
            }
            isOfBridges = chain.family == .bridge
            devices = hook.devices
            priority = hook.priority
            dropsByPolicy = hook.policy == 0
        }
    }
}
