public import NetlinkBridge

/// A set or map of a planned table.
public struct PlannedSet: Hashable, Sendable {
    /// Its name and types.
    public let declaration: NftSetDeclaration
    /// What it is for, in words for a person.
    public let purpose: String
    /// What it holds from the beginning.
    public var elements: [NftNewElement] = []

    /// Its name.
    var name: KernelName { declaration.name }

    init(_ declaration: NftSetDeclaration, purpose: String, elements: [NftNewElement] = []) {
        self.declaration = declaration
        self.purpose = purpose
        self.elements = elements
    }

    /// Tells whether rules change it, so that what it holds says nothing of what was planned.
    var isChangedByRules: Bool { declaration.flags & 0x20 != 0 }

    /// The changes that put the elements into it.
    func additions(_ family: NftFamily) -> [NftCommand] { NftCommand.additions(to: name, in: family, elements) }
}

extension PlannedSet {
    /// The set in nft's syntax, with a comment on what it is for.
    var lines: [String] {
        let key = declaration.key.map(\.word).joined(separator: " . ")
        let flags = [(UInt32(0x20), "dynamic"), (0x10, "timeout")].filter { declaration.flags & $0.0 != 0 }.map(\.1)
        var lines = [
            "# \(purpose)", "\(declaration.data == nil ? "set" : "map") \(name) {",
            "\ttype \(key)" + (declaration.data.map { " : \($0.word)" } ?? ""),
        ]
        if let size = declaration.size { lines.append("\tsize \(size)") }
        if !flags.isEmpty { lines.append("\tflags \(flags.joined(separator: ","))") }
        if let interval = declaration.collection { lines.append("\tgc-interval \(interval / 1000)s") }
        if !elements.isEmpty { lines.append("\telements = { \(elements.map(text(of:)).joined(separator: ", ")) }") }
        return lines + ["}"]
    }

    private func text(of element: NftNewElement) -> String {
        var start = 0
        let parts = declaration.key.map { field in
            defer { start += (field.length + 3) / 4 * 4 }
            return field.text(Array(element.key[start..<start + field.length]))
        }
        return [
            parts.joined(separator: " . "),
            element.expressions.compactMap(NftPhrase.text(ofElement:)).joined(separator: " "),
            element.timeout.map { "timeout \($0 / 1000)s" } ?? "",
            element.data.map { data in ": " + (declaration.data?.text(data) ?? "") } ?? "",
        ].filter { !$0.isEmpty }.joined(separator: " ")
    }
}

extension NftSetDeclaration.Field {
    /// A value as nft writes it.
    func text(_ bytes: [UInt8]) -> String {
        switch self {
        case .ipv4, .ipv6: IPAddress(networkBytes: bytes).map { "\($0)" } ?? ""
        case .port: "\(UInt16(bytes[0]) << 8 | UInt16(bytes[1]))"
        }
    }
}
