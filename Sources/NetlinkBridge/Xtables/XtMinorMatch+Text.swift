extension XtMinorMatch {
    /// The options as iptables-save writes them; the same structure has other words under another name.
    func options(ofMatch name: KernelName) -> String {
        switch self {
        case .hopCount(let mode, let value):
            let words = ["eq", "eq", "lt", "gt"]
            let word = Int(mode) < words.count ? words[Int(mode)] : "mode \(mode)"
            return iptablesOption("--\(name)-\(word) \(value)", inverted: mode == 1)
        case .serviceType(let value, let mask, let isInverted):
            let text =
                name == "dscp"
                ? "--dscp \(Self.hexadecimal(value >> 2))"
                : "--tos \(Self.hexadecimal(value))/\(Self.hexadecimal(mask))"
            return iptablesOption(text, inverted: isInverted)
        case .helper(let name, let isInverted):
            return iptablesOption("--helper \(iptablesQuoted(name))", inverted: isInverted)
        case .deviceGroup(let source, let destination):
            return [("--src-group", source), ("--dst-group", destination)].map { option, group in
                guard let group else { return "" }
                let text = "\(option) \(iptablesMark(group.value, mask: group.mask))"
                return iptablesOption(text, inverted: group.isInverted)
            }.joined()
        case .packetType(let type, let isInverted):
            let names: [UInt32: String] = [0: "unicast", 1: "broadcast", 2: "multicast"]
            return iptablesOption("--pkt-type \(names[type] ?? "\(type)")", inverted: isInverted)
        }
    }

    /// Two digits and more, as C's `0x%02x`.
    private static func hexadecimal(_ number: UInt8) -> String {
        (number < 16 ? "0x0" : "0x") + String(number, radix: 16)
    }
}
