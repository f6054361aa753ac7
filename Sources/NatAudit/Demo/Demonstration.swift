internal import NetlinkBridge

/// Tells the whole story on a real kernel: a NAT that goes from hard to easy and back, in namespaces of its own.
///
/// Everything is the program's own work on real rules and packets; a step that does not see what it should says so.
public struct Demonstration {
    private let lab: NATLab
    private let servers: RunningSTUNServer
    private let state: StateFolder
    private let isInterrupted: @Sendable () -> Bool
    private let rule: NATRule

    /// The source port of the first client: the one that every Tailscale node uses.
    private static let port: UInt16 = 41641

    /// Builds the laboratory: two clients, a NAT host with the AWS VPC CNI's rules, three server addresses.
    ///
    /// The fix keeps its undo record in the state folder.
    public init(stateFolder: String, isInterrupted: @escaping @Sendable () -> Bool) throws {
        lab = try NATLab()
        let backend: Backend = LabTool.path(of: "iptables-nft-restore") != nil ? .iptablesNft : .iptablesLegacy
        rule = .awsVPCCNI(backend)
        try rule.load(on: lab.nat)
        servers = try RunningSTUNServer(
            in: lab.servers.namespace,
            listeningOn: LabAddress.servers.map { Endpoint(address: $0, port: STUNServerName.defaultPort) }
        )
        state = StateFolder(of: lab.nat.namespace.identity, override: stateFolder)
        self.isInterrupted = isInterrupted
    }

    /// Runs the story, and gives each step as soon as it is done.
    ///
    /// - Returns: whether every step saw what it should.
    public func run(_ tell: (DemoStep) throws -> Void) throws -> Bool {
        var isGood = true
        let before = try rules()
        let steps: [() throws -> DemoStep] = [
            { self.introduction() }, { try self.hardScan() }, { try self.ownersSwitch() }, { try self.plan() },
            { try self.fix() }, { try self.easyScan(lab.clientA, "client A", Self.port) },
            { try self.easyScan(lab.clientB, "client B", Self.port + 1) }, { try self.undo(before) },
            { try self.hardAgain() },
        ]
        for step in steps {
            if isInterrupted() { throw DemoError.interrupted }
            let done = try step()
            try tell(done)
            if done.failure != nil { isGood = false }
        }
        return isGood
    }

    private var probePlan: ProbePlan {
        ProbePlan(servers: servers.endpoints.map { STUNServerName($0) }, serversWereNamed: true)
    }

    private func introduction() -> DemoStep {
        var step = DemoStep("A NAT host with the AWS VPC CNI's rules")
        step.exhibit = """
            client A 10.0.1.2 ─┐ lan0              wan              ┌─ STUN 203.0.113.10
                               ├ 10.0.1.1  NAT  203.0.113.1 ────────┼─ STUN 203.0.113.11
            client B 10.0.1.3 ─┘                                    └─ STUN 203.0.113.12
            """
        step.narration = [
            "Five hosts in network namespaces of their own; nothing of this machine's network is touched."
        ]
        return step
    }

    private func hardScan() throws -> DemoStep {
        var step = try scan(lab.clientA, "client A", Self.port, "What does this host do to client A's port?")
        if step.verdict != .hard { step.failure = "the NAT should be hard, and was not seen so" }
        return step
    }

    private func ownersSwitch() throws -> DemoStep {
        var step = DemoStep("Which rule is it, and whose?", command: "nataudit scan --no-stun")
        let report = try report(nil, lab.clientA, "client A")
        guard let finding = report.findings.first(where: { $0.id == .randomSourcePorts }),
            let index = finding.rule
        else {
            step.failure = "no rule was named"
            return step
        }
        let rule = report.rules[index]
        step.verdict = report.conclusion.verdict
        step.exhibit = "\(rule.reference.words)\n\(rule.rule.text)"
        step.narration = ["It belongs to \(rule.owner?.name ?? "nobody known"), which has a switch of its own:"]
        step.narration += rule.owner?.remedies.first?.commands.map { "  $ \($0)" } ?? []
        step.narration.append("Where that cannot be set, or not today, nataudit overtakes the rule:")
        return step
    }

    private func plan() throws -> DemoStep {
        var step = DemoStep(
            "The plan, as nft reads it",
            command: "nataudit fix --masquerade --override-owner --dry-run"
        )
        let preview = try run { try $0.preview() }
        step.exhibit = preview.plan.tables.flatMap(\.lines).joined(separator: "\n")
        step.narration = ["Nothing is changed yet. The table is its own; the CNI's rules stay as they are."]
        if preview.plan.isEmpty { step.failure = "there should be something to do" }
        return step
    }

    private func fix() throws -> DemoStep {
        var step = DemoStep(
            "Applied in one batch, and proven",
            command: "nataudit fix --masquerade --override-owner --yes"
        )
        let report = try run { try $0.run { _ in true } }
        step.verdict = report.after
        step.narration = [
            "before: \(report.before?.rawValue ?? "unknown"), after: \(report.after?.rawValue ?? "unknown"), "
                + "moved \(report.movedFlows) flows that held an old port"
        ]
        if report.after != .easy || report.isRolledBack {
            step.failure = "the fix should have helped: \(report.notes.joined(separator: "; "))"
        }
        return step
    }

    private func easyScan(_ client: LabHost, _ name: String, _ port: UInt16) throws -> DemoStep {
        var step = try scan(client, name, port, "And now, from \(name)?")
        if step.verdict != .easy { step.failure = "the NAT should be easy, and was not seen so" }
        return step
    }

    private func undo(_ before: [String]) throws -> DemoStep {
        var step = DemoStep("Put back", command: "nataudit undo --yes")
        let report = try lab.nat.namespace.perform { [state] in try UndoRun(state: state).run { _ in true } }
        step.narration = ["The table is gone, and every rule is as it was."]
        if try rules() != before || !report.isChanged { step.failure = "the rules are not as they were" }
        return step
    }

    private func hardAgain() throws -> DemoStep {
        // Another port: the flows of the first one live on with the mapping that they have.
        var step = try scan(lab.clientA, "client A", Self.port + 2, "So the NAT is as hard as before")
        if step.verdict != .hard { step.failure = "the NAT should be hard again, and was not seen so" }
        return step
    }
}

extension Demonstration {
    /// A scan from a client's place.
    private func scan(_ client: LabHost, _ name: String, _ port: UInt16, _ title: String) throws -> DemoStep {
        let names = servers.endpoints.map { "--stun \($0.address)" }.joined(separator: " ")
        var step = DemoStep(title, command: "nataudit scan \(names)")
        var plan = probePlan
        plan.sourcePort = port
        let report = try report(plan, client, name)
        step.verdict = report.conclusion.verdict
        step.flows = report.probes.flatMap(DemoFlow.flows(of:))
        step.narration = [report.conclusion.summary]
        return step
    }

    private func report(_ plan: ProbePlan?, _ client: LabHost, _ name: String) throws -> ScanReport {
        try lab.nat.namespace.perform {
            var evidence = try Pipeline.read(namespace: "nat")
            if let plan {
                evidence = try Pipeline.probe(evidence, plan, from: .client(client.namespace, name: name)) { _ in }
            }
            return Pipeline.report(evidence, time: "")
        }
    }

    /// Runs a part of a fix on the NAT host, proven from client A.
    private func run<Value: Sendable>(_ body: @Sendable (FixRun) throws -> Value) throws -> Value {
        let run = FixRun(
            intent: FixIntent(overridesOwner: true),
            probe: probePlan,
            place: .client(lab.clientA.namespace, name: "client A"),
            namespace: "nat",
            state: state,
            isInterrupted: isInterrupted,
            say: { _ in }
        )
        return try lab.nat.namespace.perform { try body(run) }
    }

    /// Every rule of the NAT host as text, with its place.
    private func rules() throws -> [String] {
        try lab.nat.namespace.perform {
            let ruleset = try SnapshotReader.read(namespace: "nat").ruleset
            return ruleset.chains.flatMap { chain in
                chain.rules.map { "\(chain.place) \($0.handle ?? 0) \($0.text)" }
            }
        }
    }
}

/// Why a demonstration ended early.
public enum DemoError: Error, Hashable, CustomStringConvertible {
    /// A signal asked for the end.
    case interrupted

    /// One sentence.
    public var description: String { "interrupted; nothing is left of the demonstration" }
}
