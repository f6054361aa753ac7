public import NetlinkBridge

/// The check of one node: whether this is the right namespace, what its rules do, and what named servers see of it.
public struct NodeCheck: Sendable {
    /// How the namespace was named, for the report.
    public var namespace: String
    /// An address that the node has and no pod; nil where none was named.
    public var hostAddress: IPAddress?
    /// Tells whether this runs in a pod, which may have a network of its own.
    public var isInPod: Bool
    /// The servers to ask; nothing is sent where there are none.
    public var servers: [STUNServerName]
    /// How long servers may take to answer; resolving their names may take as long again.
    public var probeDeadline: Duration

    /// Makes a check of the calling thread's namespace.
    public init(
        namespace: String = "host",
        hostAddress: IPAddress? = nil,
        isInPod: Bool = false,
        servers: [STUNServerName] = [],
        probeDeadline: Duration = ProbePlan.defaultDeadline
    ) {
        self.namespace = namespace
        self.hostAddress = hostAddress
        self.isInPod = isInPod
        self.servers = servers
        self.probeDeadline = probeDeadline
    }

    /// Makes the check; what cannot be told is a result too.
    ///
    /// - Parameter progress: is told what is being done, before it is done.
    /// - Returns: the result, unknown with a reason where it could not be made.
    public func run(_ progress: CheckProgress) -> NodeCheckResult {
        do {
            if let refusal = try refusal(progress) { return NodeCheckResult(unknown: refusal) }
            var evidence = Pipeline.remember(try Pipeline.read(namespace: namespace, progress))
            if !servers.isEmpty {
                progress.now("asking STUN servers")
                let plan = ProbePlan(servers: servers, serversWereNamed: true, deadline: probeDeadline)
                evidence = try Pipeline.probe(evidence, plan, from: .here) { _ in }
            }
            progress.now("judging what was read")
            return NodeCheckResult(Pipeline.report(evidence, time: ""))
        } catch let error as NetlinkError where error.isInterruption {
            return NodeCheckResult(unknown: "the rules changed while they were read", details: ["\(error)"])
        } catch {
            return NodeCheckResult(unknown: "\(error)", details: ["\(error)"])
        }
    }

    /// Why nothing that is read here would speak of the node; nil where it would.
    ///
    /// In a pod with a network of its own all reading succeeds and finds nothing, which must not pass for a node without NAT.
    private func refusal(_ progress: CheckProgress) throws -> String? {
        guard let hostAddress else {
            return isInPod ? "in a pod without HOST_IP: whose network this is cannot be told" : nil
        }
        progress.now("reading addresses")
        if try RouteReader.addresses().contains(where: { $0.address == hostAddress }) { return nil }
        return "wrong network namespace (\(hostAddress) is not on this host)"
    }
}
