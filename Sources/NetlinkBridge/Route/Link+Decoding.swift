internal import CShims

extension Link {
    /// Reads the payload of an RTM_NEWLINK message: `struct ifinfomsg` and IFLA_* attributes
    /// (linux/if_link.h).
    ///
    /// Attributes that are not known are skipped. Throws where a length does not fit, or index or name is
    /// missing.
    public init(decoding payload: Span<UInt8>) throws(DecodingError) {
        let attributes = payload.extracting(try payload.rest(after: MemoryLayout<ifinfomsg>.size))
        let index: UInt32 = try payload.host(at: 4)
        let flags: UInt32 = try payload.host(at: 8)
        guard index != 0 else { throw DecodingError(what: "an interface without a number", offset: 4) }
        var name: KernelName?
        var kind: KernelName?
        var mtu: UInt32 = 0
        var master: InterfaceIndex?
        var lower: InterfaceIndex?
        var lowerNamespace: Int32?
        var group: UInt32 = 0
        var state = OperationalState.unknown
        var xdpProgram: UInt32?
        var settings: [UInt32] = []
        var hardwareAddress: [UInt8] = []
        try Attributes.forEach(in: attributes) { (type, value) throws(DecodingError) in
            switch Int(type) {
            case IFLA_IFNAME: name = KernelName(bytes: value)
            case IFLA_ADDRESS: hardwareAddress = value.array
            case IFLA_MTU: mtu = try value.host()
            case IFLA_MASTER: master = try InterfaceIndex(attribute: value)
            case IFLA_LINK: lower = try InterfaceIndex(attribute: value)
            case IFLA_LINK_NETNSID: lowerNamespace = Int32(bitPattern: try value.host())
            case IFLA_OPERSTATE: state = OperationalState(kernelValue: try value.host())
            case IFLA_GROUP: group = try value.host()
            case IFLA_AF_SPEC: settings = try Self.settings(in: value)
            case IFLA_LINKINFO: kind = try Self.kind(in: value)
            case IFLA_XDP: xdpProgram = try Self.xdpProgram(in: value)
            default: break
            }
        }
        guard let name, !name.isEmpty else {
            throw DecodingError(what: "an interface without a name", offset: 16)
        }
        self.init(
            index: InterfaceIndex(index),
            name: name,
            kind: kind,
            flags: Flags(rawValue: flags),
            mtu: mtu,
            master: master,
            lower: lower,
            lowerNamespace: lowerNamespace,
            operationalState: state,
            xdpProgram: xdpProgram
        )
        self.group = group
        self.settings = settings
        self.hardwareAddress = hardwareAddress
        layer = try payload.host(at: 2)
    }

    /// IFLA_INET_CONF, inside the attribute that has the number of the family: one 32-bit number for each setting.
    private static func settings(in specific: Span<UInt8>) throws(DecodingError) -> [UInt32] {
        let bytes = try AttributeFields(specific).nested(UInt32(AF_INET))?[UInt32(IFLA_INET_CONF)] ?? []
        var settings: [UInt32] = []
        for offset in stride(from: 0, to: bytes.count - 3, by: 4) {
            settings.append(try bytes.span.host(at: offset))
        }
        return settings
    }

    private static func kind(in linkInformation: Span<UInt8>) throws(DecodingError) -> KernelName? {
        var kind: KernelName?
        try Attributes.forEach(in: linkInformation) { (type, value) throws(DecodingError) in
            if Int(type) == IFLA_INFO_KIND { kind = KernelName(bytes: value) }
        }
        return kind
    }

    /// The program of IFLA_XDP; several (driver, generic, hardware) are told apart by nobody who reads this, so that the
    /// first counts.
    private static func xdpProgram(in attachment: Span<UInt8>) throws(DecodingError) -> UInt32? {
        var isAttached = false
        var program: UInt32 = 0
        try Attributes.forEach(in: attachment) { (type, value) throws(DecodingError) in
            switch Int(type) {
            case IFLA_XDP_ATTACHED: isAttached = try value.host(UInt8.self) != UInt8(XDP_ATTACHED_NONE)
            case IFLA_XDP_PROG_ID, IFLA_XDP_DRV_PROG_ID, IFLA_XDP_SKB_PROG_ID, IFLA_XDP_HW_PROG_ID:
                if program == 0 { program = try value.host() }
            default: break
            }
        }
        return isAttached ? program : nil
    }
}
