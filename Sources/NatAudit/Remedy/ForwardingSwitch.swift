internal import NetlinkBridge

/// Switches IPv4 forwarding on, and puts everything back that this changes.
///
/// `ip_forward` is not one value: writing it rewrites the forwarding of all interfaces, of `all` and `default`, and
/// `all.accept_redirects` (measured on Linux 6.18).
struct ForwardingSwitch {
    /// The parameters that are changed by switching, with their values now.
    static func parameters(_ links: [Link]) -> [UndoRecord.ParameterChange] {
        let names =
            [["ip_forward"], ["conf", "all", "forwarding"], ["conf", "default", "forwarding"]]
            + links.map { ["conf", $0.name.asLatin1, "forwarding"] }
            + [["conf", "all", "accept_redirects"]]
        return names.compactMap { name in
            let components = ["net", "ipv4"] + name
            guard let sysctl = try? Sysctl(components.map(KernelName.init(latin1:))),
                let value = try? sysctl.read()
            else { return nil }
            return UndoRecord.ParameterChange(components: components, before: value, after: nil)
        }
    }

    /// Switches on, and notes what every parameter became.
    static func switchOn(_ parameters: inout [UndoRecord.ParameterChange]) throws {
        try Sysctl("net/ipv4/ip_forward").write("1")
        for index in parameters.indices {
            parameters[index].after = try Sysctl(parameters[index].components.map(KernelName.init(latin1:)))
                .read()
        }
    }

    /// Puts the parameters back that are still as they were set, and says which are not.
    ///
    /// One that cannot be written does not keep the others from being put back; the first error is thrown in the end.
    static func restore(_ parameters: [UndoRecord.ParameterChange]) throws -> [String] {
        var notes: [String] = []
        var failure: (any Error)?
        func attempt(_ body: () throws -> Void) {
            do { try body() } catch { failure = failure ?? error }
        }
        var wanted: [(sysctl: Sysctl, value: String)] = []
        for parameter in parameters {
            attempt {
                let sysctl = try Sysctl(parameter.components.map(KernelName.init(latin1:)))
                // An interface that is gone has nothing to restore.
                guard let now = try sysctl.read() else { return }
                let isOurs = parameter.after == nil || now == parameter.after
                if !isOurs, now != parameter.before {
                    notes.append(
                        "\(sysctl.path) was changed to \(escapedForDisplay(now)) since, and stays so"
                    )
                }
                wanted.append((sysctl, isOurs ? parameter.before : now))
            }
        }
        // The first one, ip_forward, rewrites the others; they follow with what each has to be.
        for (sysctl, value) in wanted {
            attempt { if try sysctl.read() != value { try sysctl.write(value) } }
        }
        if let failure { throw failure }
        return notes
    }
}

extension KernelName {
    /// The bytes as text, each as the character of its number, so that a name which is no UTF-8 survives in a file.
    fileprivate var asLatin1: String { String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })) }

    /// The name that `asLatin1` wrote; a character that is no byte is left out.
    fileprivate init(latin1 text: String) {
        self.init(bytes: text.unicodeScalars.compactMap { UInt8(exactly: $0.value) })
    }
}
