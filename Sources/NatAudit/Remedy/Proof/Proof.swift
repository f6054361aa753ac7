internal import NetlinkBridge

/// From where a change is proven, and what no place shows.
///
/// A place counts where it was seen hard before the change, so that what is easy afterwards is the change's doing.
struct Proof: Sendable {
    /// The places that are probed from after the change.
    var places: [ProbePlace]
    /// What was known before the change, with what the places showed then.
    var before: Evidence
    /// Why the packets of an origin are not probed for, by the origin.
    var gaps: [PathCandidate.Origin: String] = [:]

    /// Tells whether a temporary client asks servers of nataudit's own, since no other one answers it.
    var usesOwnServers: Bool {
        places.contains { if case .temporary(let client) = $0 { client.servers != nil } else { false } }
    }

    /// The addresses of the temporary clients among them.
    var clients: Set<IPAddress> {
        Set(places.compactMap { if case .temporary(let client) = $0 { client.address } else { nil } })
    }

    /// So many subnets get a client: each takes some seconds.
    fileprivate static let limit = 4
}

extension FixRun {
    /// Finds the places: the one that was named, or the host itself and a temporary client in each subnet at fault.
    func proof(of preview: Preview) throws -> Proof {
        var proof = Proof(places: [place], before: preview.evidence)
        guard case .here = place, let probe else { return proof }
        let origins = preview.clientOrigins
        for (index, origin) in origins.enumerated() {
            guard case .subnet(let subnet) = origin.origin else { continue }
            do {
                guard index < Proof.limit else { throw ProofGap("\(Proof.limit) other subnets are probed for") }
                say("looking for an address of \(subnet) that nobody answers for (3 seconds)")
                var client = try temporaryClient(in: subnet, by: origin.inInterface, preview.evidence.snapshot)
                say(
                    "a temporary client proves it: \(client.address) on \(client.interface.name), by the link nataudit0"
                )
                if !preview.plan.isNATInstance {
                    var seen = try self.probe(proof.before, probe, from: .temporary(client))
                    if !seen.isAnswered(since: proof.before),
                        let servers = TemporaryServers(subnet.address.family, preview.evidence.snapshot)
                    {
                        client.servers = servers
                        say("no server answers there: asking servers of nataudit's own, by the link nataudit1")
                        seen = try self.probe(proof.before, probe, from: .temporary(client))
                    }
                    let own = seen.probes.dropFirst(proof.before.probes.count)
                    guard own.contains(where: { $0.verdict == .hard }) else {
                        throw ProofGap(
                            "a temporary client there does not meet the rule at fault: \(own.first?.reason ?? "")"
                        )
                    }
                    proof.before = seen
                }
                proof.places.append(.temporary(client))
            } catch let interruption as ProbeError where interruption == .interrupted {
                throw interruption
            } catch {
                proof.gaps[origin.origin] = "\(error)"
            }
        }
        // What the host's own packets meet says nothing of a subnet's; a NAT instance without a client has nothing else.
        let isForSubnets = !preview.concernsHost && !preview.faults.isEmpty
        // Nor does the host's silence, where a client's own servers answer.
        let isHostSilent = proof.usesOwnServers && !preview.hostIsAnswered
        if isForSubnets || proof.places.count > 1 && (!preview.concernsHost || isHostSilent) {
            proof.places.removeFirst()
        }
        return proof
    }

    private func temporaryClient(
        in subnet: Prefix,
        by interface: InterfaceIndex?,
        _ snapshot: HostSnapshot
    ) throws -> TemporaryClient {
        let own = snapshot.addresses.first {
            ($0.interface == interface || interface == nil) && $0.peer == nil
                && $0.prefix.map { $0.contains(subnet) } == true
        }
        guard let own, let link = snapshot.link(own.interface) else {
            throw ProofGap("it is behind another router, so that nobody here can take an address of it")
        }
        let search = FreeAddress(
            subnet: subnet,
            link: link.index,
            taken: snapshot.localAddresses,
            isInterrupted: isInterrupted
        )
        guard let address = try search.find() else {
            throw ProofGap("no address of it was found that nobody holds")
        }
        return TemporaryClient(
            subnet: own.prefix ?? subnet,
            interface: link,
            gateway: own.address,
            address: address
        )
    }
}

extension FixRun.Preview {
    /// The paths that the plan is to make easy.
    var faults: [EgressPath] {
        let overtaken = Set(plan.overtaken.map(\.reference))
        return evidence.paths.filter { path in
            path.verdict == .hard && path.deciding.map { overtaken.contains($0) } ?? false
        }
    }

    /// Tells whether a path to elsewhere from the sources of a NAT instance is what it was not to be.
    func isFailing(_ path: EgressPath) -> Bool {
        guard case .subnet(let subnet) = path.candidate.origin, path.candidate.namedDestination == nil,
            intent.sources.contains(where: { $0.contains(subnet) || subnet.contains($0) })
        else { return false }
        return path.verdict == .blocked || path.verdict == .hard
    }

    /// Tells whether servers answered the host's own probe before anything was changed.
    var hostIsAnswered: Bool { evidence.probes.contains { !$0.presented.isEmpty } }

    /// Tells whether the host's own packets are among those that the plan is for.
    fileprivate var concernsHost: Bool { faults.contains { $0.candidate.origin == .host } }

    /// A candidate for each subnet that the plan is for.
    fileprivate var clientOrigins: [(origin: PathCandidate.Origin, inInterface: InterfaceIndex?)] {
        if plan.isNATInstance { return intent.sources.map { (.subnet($0), nil) } }
        var seen: Set<PathCandidate.Origin> = [.host]
        return faults.map(\.candidate).filter { seen.insert($0.origin).inserted }.map { ($0.origin, $0.inInterface) }
    }
}

extension Evidence {
    /// Tells whether a server answered a probe that was sent since other evidence was gathered.
    fileprivate func isAnswered(since before: Evidence) -> Bool {
        probes.dropFirst(before.probes.count).contains { !$0.presented.isEmpty }
    }
}
