/// An xtables match or target: its name, its revision, and its private data as the kernel dumps it.
public struct XtExtension: Hashable, Sendable {
    /// The name, such as `MASQUERADE` or `addrtype`.
    public let name: KernelName
    /// The revision, which decides the layout of the data.
    public let revision: UInt8
    /// The private data, perhaps padded to eight bytes.
    public let data: [UInt8]

    /// Makes an extension from its parts.
    public init(name: KernelName, revision: UInt8, data: [UInt8]) {
        self.name = name
        self.revision = revision
        self.data = data
    }
}
