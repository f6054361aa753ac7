internal import NetlinkBridge

/// What the routing table says about the servers of a target.
struct Routes {
    /// The servers that can be asked.
    private(set) var reachable: [Endpoint] = []
    /// The servers that there is no route to, with the kernel's reason.
    private(set) var refusals: [Endpoint: SystemError] = [:]
    /// The source address towards the first server that there is a route to; nil where there is none.
    private(set) var source: IPAddress?

    /// Asks the routing table; sends nothing.
    ///
    /// Where the user names a source address, every server counts as reachable: routes can depend on the
    /// source, and the attempt to send tells more than a look-up without it.
    init(_ target: ProbeTarget, from wanted: IPAddress?) {
        source = wanted
        for server in target.servers {
            guard case .success(let endpoint) = server.endpoint else { continue }
            guard wanted == nil else {
                reachable.append(endpoint)
                continue
            }
            do {
                let address = try UDPSocket.sourceAddress(towards: endpoint)
                source = source ?? address
                reachable.append(endpoint)
            } catch {
                refusals[endpoint] = error
            }
        }
    }
}
