internal import CShims

/// A queueing discipline of an interface (RTM_NEWQDISC), by which filters can be reached.
public struct QueueingDiscipline: Hashable, Sendable {
    /// The interface.
    public let interface: InterfaceIndex
    /// The kind, such as `fq_codel`, `clsact`, `ingress`, `htb`.
    public let kind: KernelName
    /// Its number on the interface; 0 for what the kernel set up by itself, at which nobody can hang a filter.
    public let handle: UInt32

    /// The places of this discipline's filters.
    public var places: [TrafficPlace] { hooks.map { TrafficPlace(interface: interface, hook: $0) } }

    /// The hooks of this discipline at which filters can hang.
    ///
    /// `clsact` and `ingress` hold no packets and exist for their filters alone; at any other they choose a class, and
    /// their actions are carried out all the same.
    public var hooks: [TrafficHook] {
        switch kind {
        case "clsact": [.ingress, .egress]
        case "ingress": [.ingress]
        default: handle == 0 ? [] : [.queue(handle)]
        }
    }

    /// Makes a discipline from its parts.
    public init(interface: InterfaceIndex, kind: KernelName, handle: UInt32) {
        self.interface = interface
        self.kind = kind
        self.handle = handle
    }
}

/// A hook of one interface.
public struct TrafficPlace: Hashable, Sendable {
    /// The interface.
    public let interface: InterfaceIndex
    /// The hook.
    public let hook: TrafficHook

    /// Makes a place from its parts.
    public init(interface: InterfaceIndex, hook: TrafficHook) {
        self.interface = interface
        self.hook = hook
    }
}

/// A hook at an interface where traffic control runs filters.
public enum TrafficHook: Hashable, Sendable {
    /// Before netfilter sees what comes in.
    case ingress
    /// After netfilter has seen what goes out.
    case egress
    /// In a discipline that queues what goes out, by its number.
    case queue(UInt32)

    /// The parent by which the kernel knows it (linux/pkt_sched.h).
    var parent: UInt32 {
        switch self {
        case .ingress: UInt32(TC_H_CLSACT) & 0xFFFF_0000 | UInt32(TC_H_MIN_INGRESS)
        case .egress: UInt32(TC_H_CLSACT) & 0xFFFF_0000 | UInt32(TC_H_MIN_EGRESS)
        case .queue(let handle): handle
        }
    }
}

extension QueueingDiscipline {
    /// Reads the payload of an RTM_NEWQDISC message: `struct tcmsg` and TCA_* attributes (linux/rtnetlink.h).
    ///
    /// Throws where a length does not fit, or the interface or the kind is missing.
    public init(decoding payload: Span<UInt8>) throws(DecodingError) {
        let attributes = payload.extracting(try payload.rest(after: MemoryLayout<tcmsg>.size))
        let index: UInt32 = try payload.host(at: 4)
        guard index != 0 else { throw DecodingError(what: "a queueing discipline without an interface", offset: 4) }
        var kind: KernelName?
        try Attributes.forEach(in: attributes) { (type, value) throws(DecodingError) in
            if Int(type) == TCA_KIND { kind = KernelName(bytes: value) }
        }
        guard let kind, !kind.isEmpty else {
            throw DecodingError(what: "a queueing discipline without a kind", offset: MemoryLayout<tcmsg>.size)
        }
        self.init(interface: InterfaceIndex(index), kind: kind, handle: try payload.host(at: 8))
    }
}
