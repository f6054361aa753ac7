/// The ports from one to another, both included; empty where the first is the greater one.
public struct XtPortRange: Hashable, Sendable {
    /// The first port.
    public let first: UInt16
    /// The last port.
    public let last: UInt16

    /// Makes a range from its ends.
    public init(first: UInt16, last: UInt16) {
        self.first = first
        self.last = last
    }

    /// Makes a range of one port.
    public init(only port: UInt16) { self.init(first: port, last: port) }

    /// Tells whether every port is in the range.
    public var isAny: Bool { first == 0 && last == .max }

    /// Tells whether a port is in the range.
    public func contains(_ port: UInt16) -> Bool { first <= port && port <= last }

    /// The ports with iptables' separator of that option, or the one port alone.
    func text(separator: String) -> String {
        first == last ? "\(first)" : "\(first)\(separator)\(last)"
    }

    /// Two numbers in native order, one after the other.
    init(_ structure: XtBytes, at offset: Int) throws(DecodingError) {
        first = try structure.u16(offset)
        last = try structure.u16(offset + 2)
    }
}
