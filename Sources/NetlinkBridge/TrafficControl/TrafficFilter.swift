internal import CShims

/// A filter of traffic control (RTM_NEWTFILTER): a classifier, and what is done with the packets that it takes.
public struct TrafficFilter: Hashable, Sendable {
    /// The classifier, such as `bpf`, `flower`, `matchall`, `u32`.
    public let kind: KernelName
    /// The BPF program of a `bpf` classifier; nil for any other.
    public let program: Program?
    /// The kinds of its actions in their order, such as `nat`, `ct`, `mirred`.
    public let actions: [KernelName]

    /// A BPF program that is a classifier, and may change the packet.
    public struct Program: Hashable, Sendable {
        /// What its loader called it, such as `cil_to_netdev-eth0`; nil for classic bytecode.
        public let name: KernelName?
        /// The kernel's number for it; nil for classic bytecode.
        public let id: UInt32?

        /// Makes a program from its parts.
        public init(name: KernelName? = nil, id: UInt32? = nil) {
            self.name = name
            self.id = id
        }
    }

    /// Makes a filter from its parts.
    public init(kind: KernelName, program: Program? = nil, actions: [KernelName] = []) {
        self.kind = kind
        self.program = program
        self.actions = actions
    }
}

extension TrafficFilter {
    /// Reads the payload of an RTM_NEWTFILTER message: `struct tcmsg` and TCA_* attributes, with the options of its kind
    /// (linux/pkt_cls.h).
    ///
    /// The options of a kind that is not known are skipped, and with them its actions. Throws where a length does not
    /// fit, or the kind is missing.
    public init(decoding payload: Span<UInt8>) throws(DecodingError) {
        let fields = try AttributeFields(payload.extracting(payload.rest(after: MemoryLayout<tcmsg>.size)))
        guard let kind = fields.name(UInt32(TCA_KIND)), !kind.isEmpty else {
            throw DecodingError(what: "a filter without a kind", offset: MemoryLayout<tcmsg>.size)
        }
        let options = try fields[UInt32(TCA_OPTIONS)].map { (bytes) throws(DecodingError) in
            try AttributeFields(bytes.span)
        }
        var actions: [KernelName] = []
        if let type = Self.actionAttributes[kind], let list = options?[UInt32(type)] {
            try Attributes.forEach(in: list.span) { (_, action) throws(DecodingError) in
                if let kind = try AttributeFields(action).name(UInt32(TCA_ACT_KIND)) { actions.append(kind) }
            }
        }
        var program: Program?
        // The kernel lists a classifier once more without options, before its filters.
        if kind == "bpf", let options {
            let id = options[UInt32(TCA_BPF_ID)]
            program = Program(
                name: options.name(UInt32(TCA_BPF_NAME)),
                id: try id.map { (bytes) throws(DecodingError) in try bytes.span.host() }
            )
        }
        self.init(kind: kind, program: program, actions: actions)
    }

    /// The attribute that holds the actions, which every classifier numbers for itself.
    static let actionAttributes: [KernelName: Int] = [
        "u32": TCA_U32_ACT, "route": TCA_ROUTE4_ACT, "fw": TCA_FW_ACT, "flow": TCA_FLOW_ACT, "basic": TCA_BASIC_ACT,
        "cgroup": TCA_CGROUP_ACT, "bpf": TCA_BPF_ACT, "flower": TCA_FLOWER_ACT, "matchall": TCA_MATCHALL_ACT,
    ]
}
