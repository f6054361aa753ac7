extension XtConntrackMatch.States {
    /// The states as iptables names them, in its order.
    var names: String {
        iptablesNames(
            self,
            [
                (.invalid, "INVALID"), (.new, "NEW"), (.related, "RELATED"), (.established, "ESTABLISHED"),
                (.untracked, "UNTRACKED"), (.sourceTranslated, "SNAT"), (.destinationTranslated, "DNAT"),
            ]
        )
    }
}

extension XtConntrackMatch {
    var options: String {
        var text = ""
        func add(_ test: Tests, _ option: String) {
            guard tests.contains(test) else { return }
            text += iptablesOption(option, inverted: inversions.contains(test))
        }
        add(.state, (tests.contains(.stateAlias) ? "--state " : "--ctstate ") + states.names)
        add(.transportProtocol, "--ctproto \(transportProtocol)")
        add(.originalSource, "--ctorigsrc \(originalSource.iptablesText)")
        add(.originalDestination, "--ctorigdst \(originalDestination.iptablesText)")
        add(.replySource, "--ctreplsrc \(replySource.iptablesText)")
        add(.replyDestination, "--ctrepldst \(replyDestination.iptablesText)")
        add(.originalSourcePort, "--ctorigsrcport \(portText(originalSourcePorts))")
        add(.originalDestinationPort, "--ctorigdstport \(portText(originalDestinationPorts))")
        add(.replySourcePort, "--ctreplsrcport \(portText(replySourcePorts))")
        add(.replyDestinationPort, "--ctrepldstport \(portText(replyDestinationPorts))")
        add(.status, "--ctstatus \(statusText)")
        add(.expiry, "--ctexpire \(expiryText)")
        if tests.contains(.direction) {
            text += " --ctdir " + (inversions.contains(.direction) ? "REPLY" : "ORIGINAL")
        }
        return text
    }

    private func portText(_ ports: XtPortRange) -> String {
        // iptables takes a last port of 0 for "the same as the first".
        ports.last == 0 ? "\(ports.first)" : ports.text(separator: ":")
    }

    private var expiryText: String {
        minimumExpiry == maximumExpiry ? "\(minimumExpiry)" : "\(minimumExpiry):\(maximumExpiry)"
    }

    /// The bits of `enum ip_conntrack_status` that iptables has names for.
    private var statusText: String {
        let names: [(UInt16, String)] = [
            (1 << 0, "EXPECTED"), (1 << 1, "SEEN_REPLY"), (1 << 2, "ASSURED"), (1 << 3, "CONFIRMED"),
        ]
        if status == 0 { return "NONE" }
        return names.filter { status & $0.0 != 0 }.map(\.1).joined(separator: ",")
    }
}
