internal import NetlinkBridge

/// A kernel parameter that a plan sets.
public struct PlannedParameter: Hashable, Sendable, Codable {
    /// The path below `/proc/sys`, in components; an interface's name has one character for each of its bytes.
    let components: [String]
    /// The value.
    let value: String

    /// Forwarding of a family, for all interfaces.
    static func forwarding(_ family: AddressFamily) -> PlannedParameter {
        let components = family == .ip ? ["net", "ipv4", "ip_forward"] : ["net", "ipv6", "conf", "all", "forwarding"]
        return PlannedParameter(components: components, value: "1")
    }

    /// Router advertisements are taken on an interface though the host forwards: with 1, the usual value, a host that forwards
    /// takes none, and forgets the routes that it learned from them (Linux, ip-sysctl, accept_ra).
    static func advertisements(on interface: KernelName) -> PlannedParameter {
        PlannedParameter(components: ["net", "ipv6", "conf", interface.asLatin1, "accept_ra"], value: "2")
    }

    /// The parameters that a plan set, told by what it recorded, in the order of setting.
    static func made(_ changes: [UndoRecord.ParameterChange]) -> [PlannedParameter] {
        changes.reversed().compactMap { change in
            let planned = AddressFamily.allCases.map(forwarding).first { $0.components == change.components }
            if let planned { return planned }
            guard change.components.last == "accept_ra" else { return nil }
            return PlannedParameter(components: change.components, value: "2")
        }
    }

    /// The value that it has where nothing was done.
    var unset: String { components.last == "accept_ra" ? "1" : "0" }

    /// Tells whether it has that value now.
    func isUnset() throws -> Bool { try sysctl.read() == unset }

    /// The name as sysctl(8) and sysctl.d(5) take it; with slashes where a part holds a dot.
    var name: String { components.joined(separator: components.contains { $0.contains(".") } ? "/" : ".") }

    /// What it is for, in a few words.
    var purpose: String {
        switch self {
        case .forwarding(.ip): "switch on IPv4 forwarding"
        case .forwarding(.ip6): "switch on IPv6 forwarding"
        default: "go on taking router advertisements on \(escapedForDisplay(components.dropLast().last ?? ""))"
        }
    }

    /// The parameter in the kernel.
    var sysctl: Sysctl {
        get throws { try Sysctl(components.map(KernelName.init(latin1:))) }
    }

    private static func ~= (planned: PlannedParameter, value: PlannedParameter) -> Bool { planned == value }
}

extension KernelName {
    /// The bytes as text, each as the character of its number, so that a name which is no UTF-8 survives in a file.
    var asLatin1: String { String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })) }

    /// The name that `asLatin1` wrote; a character that is no byte is left out.
    init(latin1 text: String) { self.init(bytes: text.unicodeScalars.compactMap { UInt8(exactly: $0.value) }) }
}
