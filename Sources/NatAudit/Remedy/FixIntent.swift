public import NetlinkBridge

/// What a user wants `fix` to do.
public struct FixIntent: Hashable, Sendable {
    /// The outward interfaces that are meant; empty for all on which a path is at fault.
    public var outInterfaces: [KernelName]
    /// The sources that are meant; empty for all that are at fault.
    public var sources: [Prefix]
    /// Goes past a rule whose owner has a switch of its own.
    public var overridesOwner: Bool
    /// Gives each internal endpoint one external port, also where others use the same port, within these limits; nil where that
    /// is not wanted.
    public var mapping: MappingLimits?
    /// What that mapping is to do beyond keeping ports.
    public var mappingFeatures: Set<MappingFeature>
    /// Closes the outward input path to UDP that nobody asked for, where it is open.
    public var guardsInput: Bool
    /// Leaves existing conntrack entries alone.
    public var keepsFlows: Bool
    /// After how many seconds the kernel is to take the change back by itself; nil where it is to stay.
    public var trial: Int?

    /// Makes an intent; by default all that is at fault, with the guard, within the owners' limits.
    public init(
        outInterfaces: [KernelName] = [],
        sources: [Prefix] = [],
        overridesOwner: Bool = false,
        mapping: MappingLimits? = nil,
        mappingFeatures: Set<MappingFeature> = [],
        guardsInput: Bool = true,
        keepsFlows: Bool = false,
        trial: Int? = nil
    ) {
        self.outInterfaces = outInterfaces
        self.sources = sources
        self.overridesOwner = overridesOwner
        self.mapping = mapping
        self.mappingFeatures = mappingFeatures
        self.guardsInput = guardsInput
        self.keepsFlows = keepsFlows
        self.trial = trial
    }

    /// Tells whether each internal endpoint is to have one external port.
    var isEndpointIndependent: Bool { mapping != nil }

    /// Tells whether a path is meant.
    func covers(_ path: EgressPath) -> Bool {
        let isInterface =
            outInterfaces.isEmpty || path.outInterface.map { outInterfaces.contains($0) } ?? false
        guard !sources.isEmpty else { return isInterface }
        return isInterface && sources.contains { $0.contains(path.packet.source) }
    }
}
