internal import CShims

/// A test of the packet's IPVS connection.
///
/// `xt_ipvs_mtinfo` in linux/netfilter/xt_ipvs.h.
public struct XtIPVSMatch: Hashable, Sendable {
    /// The tests that are made, or that are inverted.
    public struct Tests: OptionSet, Hashable, Sendable {
        /// The kernel's bits, XT_IPVS_*.
        public let rawValue: UInt8

        /// Makes a set from the kernel's bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The packet belongs to an IPVS connection; every other test asks for that too.
        public static let isIPVS = Tests(rawValue: 1 << 0)
        /// The transport protocol of the service.
        public static let transportProtocol = Tests(rawValue: 1 << 1)
        /// The virtual address of the service.
        public static let address = Tests(rawValue: 1 << 2)
        /// The virtual port of the service.
        public static let port = Tests(rawValue: 1 << 3)
        /// The direction is the original one; inverted, it is the reply.
        public static let direction = Tests(rawValue: 1 << 4)
        /// How IPVS forwards.
        public static let method = Tests(rawValue: 1 << 5)
        /// The virtual port of the connection that controls this one.
        public static let controlPort = Tests(rawValue: 1 << 6)
    }

    /// The tests that are made.
    public let tests: Tests
    /// Which of them are inverted.
    public let inversions: Tests
    /// The virtual address.
    public let address: XtMaskedAddress
    /// The virtual port.
    public let port: UInt16
    /// The number of the transport protocol.
    public let transportProtocol: UInt8
    /// How IPVS forwards: 0 masquerading, 2 tunnel, 3 direct routing.
    public let method: UInt8
    /// The virtual port of the connection that controls this one.
    public let controlPort: UInt16

    init(_ match: XtExtension, family: AddressFamily) throws(DecodingError) {
        let structure = match.structure
        tests = Tests(rawValue: try structure.u8(NA_IPVS_TESTS))
        inversions = Tests(rawValue: try structure.u8(NA_IPVS_INVERSIONS))
        address = try XtMaskedAddress(structure, address: NA_IPVS_ADDRESS, mask: NA_IPVS_MASK, family)
        port = try structure.network16(NA_IPVS_PORT)
        transportProtocol = try structure.u8(NA_IPVS_PROTOCOL)
        method = try structure.u8(NA_IPVS_METHOD)
        controlPort = try structure.network16(NA_IPVS_CONTROL_PORT)
    }

    var options: String {
        let methods: [UInt8: String] = [0: "MASQ", 2: "IPIP", 3: "GATE"]
        var text = ""
        func add(_ test: Tests, _ option: String) {
            guard tests.contains(test) else { return }
            text += iptablesOption(option, inverted: inversions.contains(test))
        }
        // iptables prints --ipvs only where it is the whole match.
        if tests == .isIPVS { add(.isIPVS, "--ipvs") }
        add(.transportProtocol, "--vproto \(transportProtocol)")
        add(.address, "--vaddr \(address.iptablesText)")
        add(.port, "--vport \(port)")
        if tests.contains(.direction) {
            text += " --vdir " + (inversions.contains(.direction) ? "REPLY" : "ORIGINAL")
        }
        add(.method, "--vmethod \(methods[method] ?? "UNKNOWN")")
        add(.controlPort, "--vportctl \(controlPort)")
        return text
    }
}
