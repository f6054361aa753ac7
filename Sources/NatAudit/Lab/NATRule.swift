/// A source-NAT rule for a NAT host of the laboratory, and what it does to a client's port.
public struct NATRule: Hashable, Sendable {
    /// The rule in few words, as its backend writes it.
    public let name: String
    /// Which program loads it.
    public let backend: Backend
    /// What the program reads: an nft script, or what iptables-save would print.
    public let script: String
    /// What a client socket's port becomes.
    public let ports: Ports

    /// What four server addresses see of one client socket, where nothing else is in the way.
    public enum Ports: Hashable, Sendable {
        /// The socket's own port, at each of them.
        case kept
        /// One other port, the same at each of them.
        case moved
        /// Another port at each of them: a hard NAT.
        case drawn
    }

    /// Makes a rule; `table` and `awsVPCCNI(_:address:)` have those that are known.
    public init(name: String, backend: Backend, script: String, ports: Ports) {
        self.name = name
        self.backend = backend
        self.script = script
        self.ports = ports
    }

    /// Loads the rule on a host.
    ///
    /// An iptables rule replaces what the tables of the same name held; nft adds to what is there.
    public func load(on host: LabHost) throws {
        let loader =
            switch backend {
            case .nftables: ["nft", "-f", "-"]
            case .iptablesNft: ["iptables-nft-restore"]
            case .iptablesLegacy: ["iptables-legacy-restore"]
            }
        try LabTool.require(loader, in: host.namespace, input: script)
    }
}

extension NATRule: CustomStringConvertible {
    /// The backend and the rule.
    public var description: String { "\(backend.rawValue): \(name)" }
}
