internal import NetlinkBridge

/// The servers of one address family, with what is to be asked of each: the outcome of resolving a plan.
struct ProbeTarget: Hashable, Sendable {
    let family: AddressFamily
    var servers: [Server] = []

    /// One server as it was named, and what there is to ask.
    struct Server: Hashable, Sendable {
        let name: STUNServerName
        /// The address and port to ask, or why there is nothing to ask.
        let endpoint: Result<Endpoint, ServerFailure>
        let isLiteral: Bool
    }

    /// The most addresses of one name that are asked: two tell more than one, and a name can have dozens.
    static let addressesPerName = 2

    /// Sorts resolved servers by family, each endpoint once, and names without an address beside the first
    /// family that has one.
    static func targets(_ entries: [ServerResolution.Entry], families: [AddressFamily]) -> [ProbeTarget] {
        var targets = families.map { ProbeTarget(family: $0) }
        let known = Set(entries.flatMap { (try? $0.addresses.get()) ?? [] }.map(\.family))
        let home = families.firstIndex(where: known.contains) ?? 0
        var askedAs: [Endpoint: STUNServerName] = [:]
        for entry in entries {
            let addresses: [IPAddress]
            switch entry.addresses {
            case .success(let found): addresses = found
            case .failure(let failure):
                let server = Server(name: entry.name, endpoint: .failure(failure), isLiteral: false)
                if targets.indices.contains(home) { targets[home].servers.append(server) }
                continue
            }
            for index in targets.indices {
                let endpoints = addresses.filter { $0.family == targets[index].family }
                    .map { Endpoint(address: $0, port: entry.name.port) }
                let fresh = endpoints.filter { askedAs[$0] == nil }.prefix(addressesPerName)
                for endpoint in fresh { askedAs[endpoint] = entry.name }
                if fresh.isEmpty, let twin = endpoints.lazy.compactMap({ askedAs[$0] }).first {
                    targets[index].servers.append(
                        Server(
                            name: entry.name,
                            endpoint: .failure(.sameServer(as: twin)),
                            isLiteral: entry.isLiteral
                        )
                    )
                }
                targets[index].servers += fresh.map {
                    Server(name: entry.name, endpoint: .success($0), isLiteral: entry.isLiteral)
                }
            }
        }
        return targets.filter { !$0.servers.isEmpty }
    }
}

extension ProbeTarget {
    /// The record of a probe of this target; `outcome` tells what became of an endpoint, and is asked only
    /// where a server has one.
    func transcript(
        local: Endpoint?,
        plan: ProbePlan,
        ignored: IgnoredAnswers = IgnoredAnswers(),
        others: [ServerTranscript] = [],
        tests: BehaviorRecords = BehaviorRecords(),
        outcome: (Endpoint) -> Result<BindingAnswer, ServerFailure>
    ) -> ProbeTranscript {
        ProbeTranscript(
            family: family,
            local: local,
            serversWereNamed: plan.serversWereNamed,
            servers: servers.map { server in
                ServerTranscript(
                    name: server.name,
                    endpoint: try? server.endpoint.get(),
                    outcome: server.endpoint.flatMap(outcome)
                )
            } + others,
            ignored: ignored,
            tests: tests
        )
    }
}
