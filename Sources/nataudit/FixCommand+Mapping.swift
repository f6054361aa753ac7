internal import ArgumentParser
internal import NatAudit

/// Who may send to a mapped port, in the words of RFC 4787 (section 5).
enum MappingFiltering: String, ExpressibleByArgument, CaseIterable {
    case addressAndPortDependent = "address-and-port-dependent"
    case endpointIndependent = "endpoint-independent"
}

// What gives each client socket one port for all destinations.
extension FixCommand {
    /// Refuses a share without a mapping, or one that is none.
    func validateMapping() throws {
        guard masquerade || !endpointIndependent || dryRun else {
            throw ValidationError("--endpoint-independent says how --masquerade translates: name both")
        }
        guard endpointIndependent || mappingFeatures.isEmpty else {
            throw ValidationError("--filtering and --hairpin want --endpoint-independent")
        }
        guard let share else { return }
        guard endpointIndependent else { throw ValidationError("--share wants --endpoint-independent") }
        guard MappingLimits.shares.contains(share) else {
            let range = MappingLimits.shares
            throw ValidationError(
                "--share wants a number from \(range.lowerBound) to \(range.upperBound), not \(share)"
            )
        }
    }

    /// What the mapping is to do beyond keeping ports.
    var mappingFeatures: Set<MappingFeature> {
        var features: Set<MappingFeature> = hairpin ? [.hairpin] : []
        if filtering == .endpointIndependent { features.insert(.openFiltering) }
        return features
    }

    /// The limits that were asked for.
    var mappingLimits: MappingLimits {
        var limits = MappingLimits()
        if let share { limits.share = share }
        return limits
    }
}
