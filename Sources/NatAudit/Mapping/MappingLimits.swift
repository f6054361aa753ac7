/// How much a mapping holds, and for how long.
public struct MappingLimits: Hashable, Sendable {
    /// How long a claim lives without traffic, in seconds.
    public var lifetime = 3600
    /// How many endpoints there may be at once; there are no more ports.
    public var endpoints: UInt32 = 65535
    /// How many endpoints one client may claim at once.
    public var share: UInt32 = 4096
    /// How many more it may claim each second.
    public var sharePerSecond: UInt64 = 1
    /// One in so many packets of a live flow renews its claim: a power of two.
    ///
    /// Of a flow with two packets in 25 seconds none is seen in an hour with a probability of 8 in 1,000,000,000.
    public var sample: UInt32 = 16

    /// Makes the usual limits.
    public init() {}

    /// The fewest and the most endpoints that a client's share may be.
    public static let shares: ClosedRange<UInt32> = 1...65535
}
