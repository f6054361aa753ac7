internal import CShims

/// A test of the IPsec transformations that the packet came through or will go through.
///
/// `xt_policy_info` in linux/netfilter/xt_policy.h.
public struct XtPolicyMatch: Hashable, Sendable {
    /// How the transformations are looked at.
    public struct Flags: OptionSet, Hashable, Sendable {
        /// The kernel's bits, XT_POLICY_MATCH_*.
        public let rawValue: UInt16

        /// Makes a set from the kernel's bits.
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// Those that the packet came through.
        public static let input = Flags(rawValue: 1 << 0)
        /// Those that the packet will go through.
        public static let output = Flags(rawValue: 1 << 1)
        /// The packet must have none.
        public static let none = Flags(rawValue: 1 << 2)
        /// All of them have to agree with the list, not only one.
        public static let strict = Flags(rawValue: 1 << 3)
    }

    /// How the transformations are looked at.
    public let flags: Flags
    /// The transformations that are asked for, at most 4; empty asks for any.
    public let elements: [XtPolicyElement]

    /// Nil where there would be more elements than the kernel knows.
    init?(_ match: XtExtension, family: AddressFamily) throws(DecodingError) {
        let structure = match.structure
        flags = Flags(rawValue: try structure.u16(NA_POLICY_FLAGS))
        let count = Int(try structure.u16(NA_POLICY_COUNT))
        guard count <= Int(XT_POLICY_MAX_ELEM) else { return nil }
        var elements: [XtPolicyElement] = []
        for index in 0..<count {
            let offset = NA_POLICY_ELEMENTS + index * NA_POLICY_ELEMENT_SIZE
            elements.append(try XtPolicyElement(structure, at: offset, family: family))
        }
        self.elements = elements
    }

    var options: String {
        (flags.contains(.input) ? " --dir in" : " --dir out")
            + (flags.contains(.none) ? " --pol none" : " --pol ipsec")
            + (flags.contains(.strict) ? " --strict" : "")
            + elements.map(\.options).joined(separator: " --next")
    }
}

/// One transformation that a `policy` match asks for: `xt_policy_elem`.
public struct XtPolicyElement: Hashable, Sendable {
    /// The fields that are tested, or whose test is inverted.
    public struct Tests: OptionSet, Hashable, Sendable {
        /// The bits of `xt_policy_spec` as a compiler for a little-endian machine lays them out.
        public let rawValue: UInt8

        /// Makes a set from the bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The tunnel's source.
        public static let source = Tests(rawValue: 1 << 0)
        /// The tunnel's destination.
        public static let destination = Tests(rawValue: 1 << 1)
        /// The protocol.
        public static let transportProtocol = Tests(rawValue: 1 << 2)
        /// Transport or tunnel.
        public static let mode = Tests(rawValue: 1 << 3)
        /// The security parameter index.
        public static let securityParameterIndex = Tests(rawValue: 1 << 4)
        /// The request identifier of the policy.
        public static let requestIdentifier = Tests(rawValue: 1 << 5)
    }

    /// The fields that are tested.
    public let tests: Tests
    /// Those whose test is inverted.
    public let inversions: Tests
    /// The tunnel's source.
    public let source: XtMaskedAddress
    /// The tunnel's destination.
    public let destination: XtMaskedAddress
    /// The security parameter index, in the order in which the structure has it.
    public let securityParameterIndex: UInt32
    /// The request identifier of the policy.
    public let requestIdentifier: UInt32
    /// The number of the protocol: 50 ESP, 51 AH, 108 IPComp.
    public let transportProtocol: UInt8
    /// 0 transport, 1 tunnel.
    public let mode: UInt8

    init(_ structure: XtBytes, at offset: Int, family: AddressFamily) throws(DecodingError) {
        source = try XtMaskedAddress(
            structure,
            address: offset + NA_POLICY_SOURCE,
            mask: offset + NA_POLICY_SOURCE_MASK,
            family
        )
        destination = try XtMaskedAddress(
            structure,
            address: offset + NA_POLICY_DESTINATION,
            mask: offset + NA_POLICY_DESTINATION_MASK,
            family
        )
        securityParameterIndex = try structure.u32(offset + NA_POLICY_SPI)
        requestIdentifier = try structure.u32(offset + NA_POLICY_REQID)
        transportProtocol = try structure.u8(offset + NA_POLICY_PROTOCOL)
        mode = try structure.u8(offset + NA_POLICY_MODE)
        tests = Tests(rawValue: try structure.u8(offset + NA_POLICY_TESTS))
        inversions = Tests(rawValue: try structure.u8(offset + NA_POLICY_INVERSIONS))
    }

    var options: String {
        let modeName = mode == 0 ? "transport" : mode == 1 ? "tunnel" : "???"
        // What iptables writes for a protocol here is its name; the rest is a number.
        let protocolName = [50: "esp", 51: "ah", 108: "ipcomp"][transportProtocol] ?? "\(transportProtocol)"
        let names: [(Tests, String)] = [
            (.requestIdentifier, "--reqid \(requestIdentifier)"),
            (.securityParameterIndex, "--spi \(iptablesHexadecimal(securityParameterIndex))"),
            (.transportProtocol, "--proto \(protocolName)"), (.mode, "--mode \(modeName)"),
            (.destination, "--tunnel-dst \(destination.iptablesText)"),
            (.source, "--tunnel-src \(source.iptablesText)"),
        ]
        return names.filter { tests.contains($0.0) }
            .map { iptablesOption($0.1, inverted: inversions.contains($0.0)) }.joined()
    }
}
