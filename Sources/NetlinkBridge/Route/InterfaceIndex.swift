/// The number of a network interface, unique within one network namespace and reused there.
public struct InterfaceIndex: Hashable, Sendable {
    /// The number, from 1.
    public let number: UInt32

    /// Makes an index from a number that is known to be one.
    public init(_ number: UInt32) { self.number = number }

    /// The index that an attribute holds; nil for 0, by which the kernel means "none".
    init?(attribute bytes: Span<UInt8>) throws(DecodingError) {
        let number: UInt32 = try bytes.host()
        guard number != 0 else { return nil }
        self.number = number
    }
}

extension InterfaceIndex: Comparable, CustomStringConvertible, ExpressibleByIntegerLiteral {
    /// An index that stands in the source code.
    public init(integerLiteral value: UInt32) { number = value }

    /// Orders by number.
    public static func < (left: InterfaceIndex, right: InterfaceIndex) -> Bool { left.number < right.number }

    /// The number in decimal.
    public var description: String { String(number) }
}
