extension XtNATRange {
    /// The range after `--to-source` or `--to-destination`: `ADDRESS[-ADDRESS][:PORT[-PORT[/BASE]]]`.
    func options(_ name: String) -> String {
        let text = addressText + (portText.isEmpty ? "" : ":" + portText)
        return (text.isEmpty ? "" : " \(name) \(text)") + flagText
    }

    /// The ports after `--to-ports` of MASQUERADE and REDIRECT.
    var portOptions: String {
        (portText.isEmpty ? "" : " --to-ports \(portText)") + flagText
    }

    /// The block after `--to` of NETMAP, whose mask is what the first and the last address share.
    var netmapOptions: String {
        guard let minimumAddress, let maximumAddress else { return " --to [not decoded]" }
        let pairs = zip(minimumAddress.networkBytes, maximumAddress.networkBytes)
        guard let mask = IPAddress(networkBytes: pairs.map { ~($0 ^ $1) }) else { return "" }
        let block = XtMaskedAddress(address: minimumAddress, mask: mask)
        return " --to \(minimumAddress.iptablesText)\(block.maskText)"
    }

    private var addressText: String {
        guard let minimumAddress, let maximumAddress else { return "" }
        let last = minimumAddress == maximumAddress ? "" : "-" + maximumAddress.iptablesText
        let text = minimumAddress.iptablesText + last
        return minimumAddress.family == .ip6 && minimumPort != nil ? "[\(text)]" : text
    }

    private var portText: String {
        guard let minimumPort, let maximumPort else { return "" }
        let last = minimumPort == maximumPort ? "" : "-\(maximumPort)"
        return "\(minimumPort)\(last)" + (basePort.map { "/\($0)" } ?? "")
    }

    private var flagText: String {
        (flags.contains(.random) ? " --random" : "")
            + (flags.contains(.fullyRandom) ? " --random-fully" : "")
            + (flags.contains(.persistent) ? " --persistent" : "")
    }
}
