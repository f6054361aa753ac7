internal import ArgumentParser
internal import NatAudit

// What gives each client socket one port for all destinations.
extension FixCommand {
    /// Refuses a share without a mapping, or one that is none.
    func validateMapping() throws {
        guard masquerade || !endpointIndependent || dryRun else {
            throw ValidationError("--endpoint-independent says how --masquerade translates: name both")
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

    /// The limits that were asked for.
    var mappingLimits: MappingLimits {
        var limits = MappingLimits()
        if let share { limits.share = share }
        return limits
    }
}
