internal import NetlinkBridge

/// Switches forwarding on, with what belongs to it, and puts everything back that this changes.
///
/// `ip_forward` is not one value: writing it rewrites the forwarding of all interfaces, of `all` and `default`, and
/// `all.accept_redirects`; for IPv6 `all.forwarding` rewrites `default` and all interfaces (measured on Linux 6.18).
struct ForwardingSwitch {
    /// The parameters that are changed by setting those that are planned, with their values now, in the order of putting back:
    /// forwarding before what it depends on, and what it rewrites after it.
    ///
    /// - Throws: where one cannot be read: it could not be put back.
    static func parameters(
        changedBy planned: [PlannedParameter],
        _ links: [Link]
    ) throws -> [UndoRecord.ParameterChange] {
        try planned.reversed().flatMap { [$0.components] + rewritten(by: $0, links) }.compactMap { components in
            // An interface that is gone since has no parameters.
            guard let value = try Sysctl(components.map(KernelName.init(latin1:))).read() else { return nil }
            return UndoRecord.ParameterChange(components: components, before: value, after: nil)
        }
    }

    /// What the kernel rewrites with a parameter.
    private static func rewritten(by parameter: PlannedParameter, _ links: [Link]) -> [[String]] {
        let interfaces = ["default"] + links.map(\.name.asLatin1)
        if parameter == .forwarding(.ip) {
            return (["all"] + interfaces).map { ["net", "ipv4", "conf", $0, "forwarding"] }
                + [["net", "ipv4", "conf", "all", "accept_redirects"]]
        }
        if parameter == .forwarding(.ip6) { return interfaces.map { ["net", "ipv6", "conf", $0, "forwarding"] } }
        return []
    }

    /// Sets what is planned, in that order, and notes what every parameter became.
    static func set(_ planned: [PlannedParameter], noting changes: inout [UndoRecord.ParameterChange]) throws {
        for parameter in planned { try parameter.sysctl.write(parameter.value) }
        for index in changes.indices { changes[index].after = try changes[index].sysctl.read() }
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
        // Forwarding rewrites others; they follow with what each has to be.
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
