public import NetlinkBridge

/// A set or map of a planned table.
public struct PlannedSet: Hashable, Sendable {
    /// Its name and types.
    public let declaration: NftSetDeclaration
    /// What it is for, in words for a person.
    public let purpose: String

    /// Its name.
    var name: KernelName { declaration.name }

    init(_ declaration: NftSetDeclaration, purpose: String) {
        self.declaration = declaration
        self.purpose = purpose
    }
}

extension PlannedSet {
    /// The set in nft's syntax, with a comment on what it is for.
    var lines: [String] {
        let key = declaration.key.map(\.word).joined(separator: " . ")
        let data = declaration.data.map(\.word).joined(separator: " . ")
        let flags = [(UInt32(0x20), "dynamic"), (0x10, "timeout")].filter { declaration.flags & $0.0 != 0 }.map(\.1)
        var lines = [
            "# \(purpose)", "\(declaration.data.isEmpty ? "set" : "map") \(name) {",
            "\ttype \(key)" + (declaration.data.isEmpty ? "" : " : \(data)"),
        ]
        if let size = declaration.size { lines.append("\tsize \(size)") }
        if !flags.isEmpty { lines.append("\tflags \(flags.joined(separator: ","))") }
        if let interval = declaration.collection { lines.append("\tgc-interval \(interval / 1000)s") }
        return lines + ["}"]
    }
}
