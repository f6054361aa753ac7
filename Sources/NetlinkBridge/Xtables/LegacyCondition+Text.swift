extension LegacyCondition {
    /// The tests as iptables-save writes them, each with a space before it.
    var iptablesText: String {
        address("-s", source, .source) + address("-d", destination, .destination)
            + interface("-i", input, .input) + interface("-o", output, .output) + protocolText + fragmentText
            + trafficClassText
    }

    private func address(_ option: String, _ test: XtMaskedAddress, _ inversion: Inversions) -> String {
        let isInverted = inversions.contains(inversion)
        guard isInverted || !test.isAny || !test.address.isUnspecified else { return "" }
        return iptablesOption(
            "\(option) \(test.address.iptablesText)\(test.maskText)",
            inverted: isInverted
        )
    }

    private func interface(_ option: String, _ test: XtInterfaceName, _ inversion: Inversions) -> String {
        let isInverted = inversions.contains(inversion)
        guard !test.name.isEmpty, isInverted || test.name != "+" else { return "" }
        return iptablesOption("\(option) \(test.text)", inverted: isInverted)
    }

    private var protocolText: String {
        guard let transportProtocol, transportProtocol != 0 else { return "" }
        let name = Self.protocolNames[transportProtocol] ?? "\(transportProtocol)"
        return iptablesOption("-p \(name)", inverted: inversions.contains(.transportProtocol))
    }

    private var fragmentText: String {
        isFragment ? iptablesOption("-f", inverted: inversions.contains(.fragment)) : ""
    }

    /// iptables has no option for it and prints nothing; a rule that asks for it must not look as if it did not.
    private var trafficClassText: String {
        trafficClass.map { " [traffic class \(iptablesHexadecimal($0)), not printed by iptables]" } ?? ""
    }

    /// The protocols that iptables knows by itself; the names of others depend on the machine.
    private static let protocolNames: [UInt16: String] = [
        1: "icmp", 6: "tcp", 17: "udp", 33: "dccp", 50: "esp", 51: "ah", 58: "ipv6-icmp", 108: "ipcomp",
        132: "sctp", 135: "mobility-header", 136: "udplite",
    ]
}
