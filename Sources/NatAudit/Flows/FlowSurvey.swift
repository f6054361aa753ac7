internal import NetlinkBridge

/// Finds the UDP sources that hold several external ports at this moment, in the calling thread's namespace.
///
/// The table is read as a stream, twice where there is something to show: once to count, once for examples. Only hashes
/// are kept of sources, so that memory is bounded however many flows there are.
public struct FlowSurvey {
    /// How many sources are shown with their flows.
    public static let exampleLimit = 8
    /// How many flows of a source are shown.
    public static let flowLimit = 4

    private var table = SourceTable()
    private var result = LiveFlows()
    private var isFull = false
    /// The hashes of the sources to be shown.
    private var chosen: [UInt64] = []

    private init() {}

    /// Reads the flows; what cannot be read is a limit and no error.
    public static func read() -> LiveFlows {
        var survey = FlowSurvey()
        do {
            try survey.count()
            if !survey.chosen.isEmpty { try survey.collect() }
        } catch {
            survey.result.limits.append("which ports live flows hold is not known, or not wholly: \(error)")
        }
        survey.result.streamTimeout = HostFacts.udpStreamTimeout()
        if survey.isFull {
            survey.result.limits.append(
                "conntrack holds more than \(SourceTable.limit) translated UDP sources: the flows of the others were not looked at"
            )
        }
        return survey.result
    }

    private mutating func count() throws {
        try Self.forEachTranslated { flow in
            result.flowCount += 1
            let hash = Self.hash(flow)
            switch table.note(hash, port: flow.presentedSource.port) {
            case .new, .known: break
            case .another:
                result.remappedCount += 1
                if chosen.count < Self.exampleLimit { chosen.append(hash) }
            case .full: isFull = true
            }
        }
        result.sourceCount = table.count
    }

    private mutating func collect() throws {
        var ports: [UInt64: Set<UInt16>] = [:]
        var flows: [UInt64: [ConntrackEntry]] = [:]
        let wanted = Set(chosen)
        try Self.forEachTranslated { flow in
            let hash = Self.hash(flow)
            guard wanted.contains(hash), ports[hash, default: []].insert(flow.presentedSource.port).inserted,
                flows[hash, default: []].count < Self.flowLimit
            else { return }
            flows[hash, default: []].append(flow)
        }
        result.examples = chosen.compactMap { hash in
            // Flows may have ended between the two readings.
            guard let flows = flows[hash], let first = flows.first, let ports = ports[hash], ports.count > 1 else {
                return nil
            }
            return RemappedSource(source: first.original.source, portCount: ports.count, flows: flows)
        }
    }

    private static func forEachTranslated(_ body: (ConntrackEntry) -> Void) throws {
        for family in AddressFamily.allCases {
            try ConntrackTable.forEachEntry(family: family, protocol: Packet.udp) { flow in
                if flow.presentedSource != flow.original.source { body(flow) }
            }
        }
    }

    private static func hash(_ flow: ConntrackEntry) -> UInt64 {
        // Zones do not see each other: the same address and port in another one is another source.
        var hasher = Hasher()
        hasher.combine(flow.original.source)
        hasher.combine(flow.zone)
        hasher.combine(flow.original.zone)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
