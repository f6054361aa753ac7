/// A name that the kernel handed out: any bytes without NUL, for the kernel does not ask for UTF-8.
///
/// The bytes go back into netlink unchanged; `description` is the only form that is printed.
public struct KernelName: Hashable, Sendable {
    /// The name as the kernel has it, without its terminating NUL.
    public let bytes: [UInt8]

    /// The name up to the first NUL byte, or all of it.
    public init(bytes: some Sequence<UInt8>) {
        let all = Array(bytes)
        self.bytes = all.firstIndex(of: 0).map { Array(all[..<$0]) } ?? all
    }

    /// The name that an attribute holds, up to its NUL byte.
    init(bytes: Span<UInt8>) {
        let end = bytes.indices.first { bytes[$0] == 0 } ?? bytes.count
        self.bytes = bytes.extracting(0..<end).array
    }

    /// Tells whether nothing is in the name.
    public var isEmpty: Bool { bytes.isEmpty }

    /// Tells whether the name can stand unquoted in an nft script and in a file name: `[A-Za-z0-9_.-]`.
    public var isPlain: Bool {
        !bytes.isEmpty
            && bytes.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || byte == 95 || byte == 46 || byte == 45
            }
    }
}

extension KernelName: CustomStringConvertible, ExpressibleByStringLiteral {
    /// A name from text that the program itself wrote or that a user typed.
    public init(_ text: String) { self.init(bytes: text.utf8) }

    /// A name that stands in the source code.
    public init(stringLiteral value: String) { self.init(value) }

    /// The name with everything that could mislead a terminal or a reader escaped.
    public var description: String { escapedForDisplay(bytes) }
}

/// Lets a `switch` compare a name with words of the source code, without a name being made of each of them.
public func ~= (word: String, name: KernelName) -> Bool {
    // Most words differ in length, which is known without looking at the bytes.
    name.bytes.count == word.utf8.count && name.bytes.elementsEqual(word.utf8)
}
