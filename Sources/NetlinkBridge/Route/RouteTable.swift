internal import CShims

/// The number of a routing table (linux/rtnetlink.h, `enum rt_class_t`).
public struct RouteTable: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The number.
    public let rawValue: UInt32
    /// Makes a table's number from a number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// No table: what a rule holds that looks nothing up.
    public static let unspecified = RouteTable(RT_TABLE_UNSPEC)
    /// 253, which is empty unless somebody fills it.
    public static let `default` = RouteTable(RT_TABLE_DEFAULT)
    /// 254, where ordinary routes are.
    public static let main = RouteTable(RT_TABLE_MAIN)
    /// 255, where the kernel keeps the host's own addresses.
    public static let local = RouteTable(RT_TABLE_LOCAL)

    private init(_ table: rt_class_t) { rawValue = table.rawValue }

    /// The word that ip(8) uses, or the number.
    public var description: String {
        switch self {
        case .unspecified: "unspec"
        case .default: "default"
        case .main: "main"
        case .local: "local"
        default: String(rawValue)
        }
    }
}
