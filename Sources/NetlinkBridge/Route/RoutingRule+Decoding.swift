internal import CShims

extension RoutingRule {
    /// Reads the payload of an RTM_NEWRULE message: `struct fib_rule_hdr` and FRA_* attributes
    /// (linux/fib_rules.h).
    ///
    /// An attribute that is not known is named in `notUnderstood`. Throws where a length does not fit, or the
    /// family is neither IPv4 nor IPv6.
    public init(decoding payload: Span<UInt8>) throws(DecodingError) {
        let family = try AddressFamily(startOf: payload)
        let attributes = payload.extracting(try payload.rest(after: MemoryLayout<fib_rule_hdr>.size))
        var parts = Parts(table: UInt32(try payload.host(UInt8.self, at: 4)))
        try Attributes.forEach(in: attributes) { (type, value) throws(DecodingError) in
            try parts.read(type, value)
        }
        let flags: UInt32 = try payload.host(at: 8)
        self.init(
            family: family,
            priority: parts.priority,
            action: Action(kernelValue: try payload.host(at: 7), goto: parts.goto, isVRF: parts.isVRF),
            table: RouteTable(rawValue: parts.table),
            source: try Prefix(attribute: parts.source, length: try payload.host(at: 2), family: family),
            destination: try Prefix(
                attribute: parts.destination,
                length: try payload.host(at: 1),
                family: family
            ),
            mark: parts.markMatch,
            inInterface: parts.inInterface,
            outInterface: parts.outInterface,
            typeOfService: try payload.host(at: 3),
            transport: parts.transport,
            sourcePorts: parts.sourcePorts,
            destinationPorts: parts.destinationPorts,
            users: parts.users,
            suppressedPrefixLength: parts.suppressedPrefixLength,
            flags: Flags(rawValue: flags),
            notUnderstood: parts.notUnderstood
        )
    }
}

/// What has been read of a rule's attributes.
private struct Parts {
    var table: UInt32
    var priority: UInt32 = 0
    var goto: UInt32 = 0
    var isVRF = false
    var source: IPAddress?
    var destination: IPAddress?
    var mark: UInt32?
    var mask: UInt32?
    var inInterface: KernelName?
    var outInterface: KernelName?
    var transport: UInt8?
    var sourcePorts: ClosedRange<UInt16>?
    var destinationPorts: ClosedRange<UInt16>?
    var users: ClosedRange<UInt32>?
    var suppressedPrefixLength: UInt32?
    var notUnderstood: [UInt16] = []

    init(table: UInt32) { self.table = table }

    /// A mask of 0 (or none with a mark of 0) compares nothing.
    var markMatch: RoutingRule.MarkMatch? {
        guard mark != nil || mask != nil else { return nil }
        let match = RoutingRule.MarkMatch(value: mark ?? 0, mask: mask ?? .max)
        return match.mask == 0 && match.value == 0 ? nil : match
    }

    mutating func read(_ type: UInt16, _ value: Span<UInt8>) throws(DecodingError) {
        switch Int(type) {
        case FRA_PRIORITY: priority = try value.host()
        case FRA_TABLE: table = try value.host()
        case FRA_GOTO: goto = try value.host()
        case FRA_L3MDEV: isVRF = try value.host(UInt8.self) != 0
        case FRA_SRC: source = try IPAddress(attribute: value)
        case FRA_DST: destination = try IPAddress(attribute: value)
        case FRA_FWMARK: mark = try value.host()
        case FRA_FWMASK: mask = try value.host()
        case FRA_IIFNAME: inInterface = KernelName(bytes: value)
        case FRA_OIFNAME: outInterface = KernelName(bytes: value)
        case FRA_IP_PROTO: transport = try value.host()
        case FRA_SPORT_RANGE: sourcePorts = try range(of: value)
        case FRA_DPORT_RANGE: destinationPorts = try range(of: value)
        case FRA_UID_RANGE: users = try range(of: value)
        case FRA_SUPPRESS_PREFIXLEN:
            let length: UInt32 = try value.host()
            // The kernel dumps -1 where nothing is suppressed.
            suppressedPrefixLength = length == .max ? nil : length
        case portMaskOfSource, portMaskOfDestination:
            // A single port comes with a mask of all bits, which says nothing more than the range does.
            if try value.host(UInt16.self) != .max { notUnderstood.append(type) }
        // Who made the rule, and the realm of its packets: neither narrows it.
        case FRA_PROTOCOL, FRA_FLOW, FRA_PAD, FRA_UNSPEC: break
        default: notUnderstood.append(type)
        }
    }

    /// A first and a last number of equal size (`struct fib_rule_port_range`, `struct fib_rule_uid_range`).
    private func range<Number: FixedWidthInteger & UnsignedInteger>(
        of value: Span<UInt8>
    ) throws(DecodingError) -> ClosedRange<Number> {
        let first: Number = try value.host(at: 0)
        let last: Number = try value.host(at: MemoryLayout<Number>.size)
        guard first <= last else { throw DecodingError(what: "an empty range", offset: 0) }
        return first...last
    }
}

/// FRA_SPORT_MASK and FRA_DPORT_MASK of linux/fib_rules.h since Linux 6.15; older headers lack them.
private let portMaskOfSource = 28
private let portMaskOfDestination = 29

extension RoutingRule.Action {
    /// The action that the kernel's number stands for.
    fileprivate init(kernelValue: UInt8, goto priority: UInt32, isVRF: Bool) {
        switch Int(kernelValue) {
        case FR_ACT_TO_TBL: self = isVRF ? .lookupVRF : .lookup
        case FR_ACT_GOTO: self = .goto(priority: priority)
        case FR_ACT_NOP: self = .nothing
        case FR_ACT_BLACKHOLE: self = .blackhole
        case FR_ACT_UNREACHABLE: self = .unreachable
        case FR_ACT_PROHIBIT: self = .prohibit
        default: self = .other(kernelValue)
        }
    }
}
