internal import NatAudit
internal import NetlinkBridge

extension NodeCheckCommand {
    /// The command of arguments in their plainest form: long options, each followed by its value.
    ///
    /// A check runs every minute on every node, and the argument parser takes a sixth of its time to learn what the
    /// definitions are. So it is asked only about what is anything else than plain (help, a mistake, `--name=value`): for that
    /// this is nil, and what the parser makes of it holds.
    init?(plain arguments: [String]) {
        self.init()
        (stun, timeout, interval, hostIP, textfile, nfdFile) = ([], Self.defaultTimeout, nil, nil, nil, nil)
        namespace = NamespaceOption()
        namespace.netns = nil
        var rest = arguments[...]
        while let name = rest.popFirst() {
            // What looks like another option is no value before the parser says so.
            guard let value = rest.popFirst(), !value.hasPrefix("-"), take(value, of: name) else { return nil }
        }
        guard (try? validate()) != nil else { return nil }
    }

    private mutating func take(_ value: String, of name: String) -> Bool {
        switch name {
        case "--stun":
            guard let server = STUNServerName(value) else { return false }
            stun.append(server)
        case "--timeout":
            guard let seconds = Double(value) else { return false }
            timeout = seconds
        case "--interval":
            guard let seconds = Double(value) else { return false }
            interval = seconds
        case "--host-ip":
            guard let address = IPAddress(value) else { return false }
            hostIP = address
        case "--textfile": textfile = value
        case "--nfd-file": nfdFile = value
        case "--netns": namespace.netns = value
        default: return false
        }
        return true
    }
}
