internal import NetlinkBridge

/// Switches IPv4 forwarding on, and puts everything back that this changes.
///
/// `ip_forward` is not one value: writing it rewrites the forwarding of all interfaces, of `all` and `default`, and
/// `all.accept_redirects` (measured on Linux 6.18).
struct ForwardingSwitch {
    /// The parameters that are changed by switching, with their values now.
    ///
    /// - Throws: where one cannot be read: it could not be put back.
    static func parameters(_ links: [Link]) throws -> [UndoRecord.ParameterChange] {
        let names =
            [["ip_forward"], ["conf", "all", "forwarding"], ["conf", "default", "forwarding"]]
            + links.map { ["conf", $0.name.asLatin1, "forwarding"] }
            + [["conf", "all", "accept_redirects"]]
        return try names.compactMap { name in
            let components = ["net", "ipv4"] + name
            // An interface that is gone since has no parameters.
            guard let value = try Sysctl(components.map(KernelName.init(latin1:))).read() else { return nil }
            return UndoRecord.ParameterChange(components: components, before: value, after: nil)
        }
    }

    /// Switches on, and notes what every parameter became.
    static func switchOn(_ parameters: inout [UndoRecord.ParameterChange]) throws {
        try Sysctl("net/ipv4/ip_forward").write("1")
        for index in parameters.indices {
            parameters[index].after = try parameters[index].sysctl.read()
        }
    }

    /// What each parameter has to be, and in words which are not as they were set: those stay as they are.
    ///
    /// The result has no `after`: whatever is found later, for example where putting back was cut off, is to become `before`.
    static func decided(
        _ parameters: [UndoRecord.ParameterChange]
    ) throws -> (parameters: [UndoRecord.ParameterChange], notes: [String]) {
        var decided = parameters
        var notes: [String] = []
        for index in decided.indices {
            let parameter = decided[index]
            decided[index].after = nil
            let sysctl = try parameter.sysctl
            // An interface that is gone has nothing to restore; what cannot be read fails when it is restored.
            guard let now = (try? sysctl.read()) ?? nil, let after = parameter.after, now != after else { continue }
            if now != parameter.before {
                notes.append("\(sysctl.path) was changed to \(escapedForDisplay(now)) since, and stays so")
            }
            decided[index].before = now
        }
        return (decided, notes)
    }

    /// Makes each parameter what it has to be.
    ///
    /// One that cannot be written does not keep the others from being put back; the first error is thrown in the end.
    static func restore(_ decided: [UndoRecord.ParameterChange]) throws {
        var failure: (any Error)?
        // The first one, ip_forward, rewrites the others; they follow with what each has to be.
        for parameter in decided {
            do {
                let sysctl = try parameter.sysctl
                guard let now = try sysctl.read(), now != parameter.before else { continue }
                try sysctl.write(parameter.before)
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }
}

extension UndoRecord.ParameterChange {
    /// The parameter in the kernel.
    fileprivate var sysctl: Sysctl {
        get throws { try Sysctl(components.map(KernelName.init(latin1:))) }
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
