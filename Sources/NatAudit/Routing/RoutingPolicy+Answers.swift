internal import NetlinkBridge

extension RoutingPolicy {
    /// The answer for the host's own packet (`ip_route_output_key_hash_rcu`).
    func ownAnswer(_ query: RouteQuery) throws(NotTold) -> RouteAnswer {
        if query.destination.family == .ip, let source = query.source {
            guard !source.isMulticast, !source.isOfNoNetwork else { return .refused(.invalidPath) }
            // Seen on Linux 6.18; older kernels say EINVAL, which means no other thing.
            guard try isLocal(source) else { return .refused(.networkUnreachable) }
        }
        // A destination on a link needs the link named.
        if query.destination.family == .ip6, query.destination.isLinkLocal { throw NotTold() }
        return try answer(search(RoutingFlow(query)), query)
    }

    /// The answer for an IPv4 packet from outside (`ip_route_input_slow`).
    func arrivalAnswer(
        _ query: RouteQuery,
        from source: IPAddress,
        by link: Link
    ) throws(NotTold) -> RouteAnswer {
        guard !source.isMulticast, !source.isOfNoNetwork, !query.destination.isOfNoNetwork else {
            return .refused(.invalidPath)
        }
        if source.isLoopback || query.destination.isLoopback, try value(.routeLocalnet, on: link) == 0 {
            return .refused(.invalidPath)
        }
        let forwards = try value(.forwarding, on: link) != 0
        switch try search(RoutingFlow(query)) {
        case .nothing: return .refused(forwards ? .networkUnreachable : .hostUnreachable)
        case .refused(let refusal): return .refused(forwards ? refusal : .hostUnreachable)
        case .route(let route, let hop):
            switch route.kind {
            case .local:
                guard try isValid(source, of: query, by: link, towards: nil) else { return .refused(.invalidPath) }
            case .broadcast:
                // The way back is then looked up for no address in particular.
                let back = RouteQuery(to: .v4(0), from: source, mark: query.mark, inInterface: query.inInterface)
                guard try isValid(source, of: back, by: link, towards: nil) else { return .refused(.invalidPath) }
            case .unicast:
                guard forwards else { return .refused(.hostUnreachable) }
                guard try isValid(source, of: query, by: link, towards: hop?.interface) else {
                    return .refused(.invalidPath)
                }
            default: return .refused(forwards ? .invalidPath : .hostUnreachable)
            }
            return .found(found(route, hop, query, preferred: nil))
        }
    }

    /// What a lookup comes to, for a packet whose source needs no proof.
    func answer(_ result: RoutingResult, _ query: RouteQuery) throws(NotTold) -> RouteAnswer {
        switch result {
        case .nothing: return .refused(.networkUnreachable)
        case .refused(let refusal): return .refused(refusal)
        case .route(let route, let hop):
            let isOwn = query.inInterface == nil
            let chosen = isOwn ? query.source ?? preferredSource(route, hop, query.destination) : nil
            if isOwn, route.family == .ip, route.kind != .local, chosen?.isLoopback == true,
                let link = hop?.interface.flatMap({ links[$0] }), !link.flags.contains(.loopback),
                try value(.routeLocalnet, on: link) == 0
            {
                return .refused(.invalidPath)
            }
            return .found(found(route, hop, query, preferred: query.source == nil ? chosen : nil))
        }
    }

    /// The route as the kernel answers it: for one address, with one way out.
    private func found(_ route: Route, _ hop: NextHop?, _ query: RouteQuery, preferred: IPAddress?) -> Route {
        let isForHost = route.kind == .local || route.kind == .broadcast && query.inInterface != nil
        return Route(
            family: route.family,
            table: route.table,
            destination: Prefix(host: query.destination),
            kind: route.kind,
            nextHops: isForHost ? [NextHop(interface: RoutingFlow.loopback)] : hop.map { [$0] } ?? [],
            preferredSource: preferred,
            metric: route.metric,
            scope: route.scope,
            origin: route.origin
        )
    }

    /// A switch on an interface; throws where it was not read.
    func value(_ item: RoutingSwitches.Switch, on link: Link) throws(NotTold) -> UInt32 {
        guard let value = switches.value(item, on: link) else { throw NotTold() }
        return value
    }
}
