internal import CShims

/// What connection tracking has counted since the namespace was made (IPCTNL_MSG_CT_GET_STATS_CPU).
public struct ConntrackStatistics: Hashable, Sendable {
    /// New flows that were dropped since another flow had taken their tuple meanwhile.
    public var insertFailed: UInt64
    /// New flows that were dropped since the table was full or memory ran out.
    public var dropped: UInt64
    /// Flows that were thrown out to make room for new ones.
    public var earlyDropped: UInt64
    /// Packets that belong to no flow and may start none.
    public var invalid: UInt64
    /// Two packets of one new flow that raced each other and were brought together.
    public var clashResolved: UInt64

    /// Makes counters; all zero where nothing is given.
    public init(
        insertFailed: UInt64 = 0,
        dropped: UInt64 = 0,
        earlyDropped: UInt64 = 0,
        invalid: UInt64 = 0,
        clashResolved: UInt64 = 0
    ) {
        self.insertFailed = insertFailed
        self.dropped = dropped
        self.earlyDropped = earlyDropped
        self.invalid = invalid
        self.clashResolved = clashResolved
    }

    /// Adds another processor's counters.
    public static func += (left: inout ConntrackStatistics, right: ConntrackStatistics) {
        left.insertFailed &+= right.insertFailed
        left.dropped &+= right.dropped
        left.earlyDropped &+= right.earlyDropped
        left.invalid &+= right.invalid
        left.clashResolved &+= right.clashResolved
    }
}

extension ConntrackStatistics {
    /// Reads the counters of one processor: `struct nfgenmsg` and CTA_STATS_* attributes.
    ///
    /// A counter that the kernel does not have stays 0. Throws where a length does not fit.
    public init(decoding payload: Span<UInt8>) throws(DecodingError) {
        self.init()
        var counters = ConntrackStatistics()
        let attributes = payload.extracting(try payload.rest(after: MemoryLayout<nfgenmsg>.size))
        try Attributes.forEach(in: attributes) { (type, value) throws(DecodingError) in
            switch UInt32(type) {
            case CTA_STATS_INSERT_FAILED.rawValue:
                counters.insertFailed = UInt64(try value.network(UInt32.self))
            case CTA_STATS_DROP.rawValue: counters.dropped = UInt64(try value.network(UInt32.self))
            case CTA_STATS_EARLY_DROP.rawValue: counters.earlyDropped = UInt64(try value.network(UInt32.self))
            case CTA_STATS_INVALID.rawValue: counters.invalid = UInt64(try value.network(UInt32.self))
            case CTA_STATS_CLASH_RESOLVE.rawValue:
                counters.clashResolved = UInt64(try value.network(UInt32.self))
            default: break
            }
        }
        self = counters
    }
}
