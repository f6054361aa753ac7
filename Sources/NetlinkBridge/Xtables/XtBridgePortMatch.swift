internal import CShims

/// A test of the bridge ports that a bridged packet came in by and leaves by.
///
/// `xt_physdev_info` in linux/netfilter/xt_physdev.h. For a packet that is not bridged a test is false, and an
/// inverted one true.
public struct XtBridgePortMatch: Hashable, Sendable {
    /// The tests that are made, or that are inverted.
    public struct Tests: OptionSet, Hashable, Sendable {
        /// The kernel's bits, XT_PHYSDEV_OP_*.
        public let rawValue: UInt8

        /// Makes a set from the kernel's bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// XT_PHYSDEV_OP_IN: the port that the packet came in by.
        public static let input = Tests(rawValue: 1 << 0)
        /// XT_PHYSDEV_OP_OUT: the port that the packet leaves by.
        public static let output = Tests(rawValue: 1 << 1)
        /// XT_PHYSDEV_OP_BRIDGED: the packet is bridged, not routed.
        public static let isBridged = Tests(rawValue: 1 << 2)
        /// XT_PHYSDEV_OP_ISIN: the packet came in by a bridge port.
        public static let hasInput = Tests(rawValue: 1 << 3)
        /// XT_PHYSDEV_OP_ISOUT: the packet leaves by a bridge port.
        public static let hasOutput = Tests(rawValue: 1 << 4)
    }

    /// The port that the packet came in by.
    public let input: XtInterfaceName
    /// The port that the packet leaves by.
    public let output: XtInterfaceName
    /// The tests that are made.
    public let tests: Tests
    /// Which of them are inverted.
    public let inversions: Tests

    init(_ match: XtExtension) throws(DecodingError) {
        let structure = match.structure
        input = try XtInterfaceName(structure, name: NA_PHYSDEV_INPUT, mask: NA_PHYSDEV_INPUT_MASK)
        output = try XtInterfaceName(structure, name: NA_PHYSDEV_OUTPUT, mask: NA_PHYSDEV_OUTPUT_MASK)
        tests = Tests(rawValue: try structure.u8(NA_PHYSDEV_TESTS))
        inversions = Tests(rawValue: try structure.u8(NA_PHYSDEV_INVERSIONS))
    }

    var options: String {
        let names: [(Tests, String)] = [
            (.hasInput, "--physdev-is-in"), (.input, "--physdev-in \(input.text)"),
            (.hasOutput, "--physdev-is-out"), (.output, "--physdev-out \(output.text)"),
            (.isBridged, "--physdev-is-bridged"),
        ]
        return names.filter { tests.contains($0.0) }
            .map { iptablesOption($0.1, inverted: inversions.contains($0.0)) }.joined()
    }
}
