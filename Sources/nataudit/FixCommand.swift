internal import ArgumentParser
internal import NatAudit
internal import NetlinkBridge

/// `nataudit fix`: makes this host an easy NAT, and proves it.
struct FixCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fix",
        abstract: "Proposes, and with --masquerade applies, what makes this host an easy NAT.",
        discussion: """
            Without --masquerade nothing is changed: the remedies and the plan are printed. With it, a table named \
            nataudit is made that keeps UDP source ports for exactly the packets that the rules at fault translate; \
            those rules stay as they are. The change is proven with STUN and taken back by itself where it does not \
            help. `nataudit undo` takes it back later.

            The proof is sent from a client's place: that of --probe-netns, else one that is made for the moment in \
            each subnet at fault. --no-verify leaves it out.

            With --trial the change is held by a process: when the time is up, or that process ends in any other way, \
            the kernel takes it back by itself, also where this host cannot be reached any more. `nataudit fix --keep` \
            makes it lasting; it asks nothing, since nothing new is changed.

            Where nothing translates yet, --out-interface and --source make this host a NAT instance, for IPv4 or IPv6: \
            the translation, forwarding, and, where the policy of a forwarding chain drops, two rules behind those of \
            the chain's owner.

            With --endpoint-independent each client socket keeps one external port for all destinations, its own where that \
            is free, also where several clients use the same port. It overtakes rules that are easy as well. With --filtering \
            endpoint-independent anybody on the Internet reaches such a port, as far as the host's forward rules let him.

            The script that --dry-run prints is what `nft -f` would take.

            With --persist the fix outlives a boot: /etc/nataudit/fix.nft, where forwarding was switched on \
            /etc/sysctl.d/90-nataudit.conf, and nataudit-fix.service, which runs fix --restore at boot. `nataudit undo` \
            removes them. Where a fix is in place already, --masquerade --persist keeps that.

            Exit codes: 0 applied and verified, a dry run, or nothing to do; 1 refused, or taken back because it did \
            not help; 2 it could not be told, or applied and not seen, or an internal error; 64 wrong usage.
            """
    )

    @Flag(help: "Apply: put port-preserving rules before those at fault.")
    var masquerade = false

    @Flag(help: "Print the plan as an nft script and change nothing.")
    var dryRun = false

    @Flag(help: "Do not ask.")
    var yes = false

    @Option(
        help: ArgumentHelp("Only paths that leave by this interface; repeatable.", valueName: "name")
    )
    var outInterface: [String] = []

    @Option(
        help: ArgumentHelp("Only packets from these addresses; repeatable.", valueName: "cidr")
    )
    var source: [Prefix] = []

    @Flag(help: "Overtake rules whose owner has a switch of its own, or of a Kubernetes node.")
    var overrideOwner = false

    @Flag(help: "Give each client socket one port for all destinations, also where others use the same port.")
    var endpointIndependent = false

    @Option(
        help: ArgumentHelp(
            "With --endpoint-independent: how many ports one client may claim at once, beside one more each second (4096).",
            valueName: "ports"
        )
    )
    var share: UInt32?

    @Option(
        help: ArgumentHelp(
            "With --endpoint-independent: who may send to a socket's port, as RFC 4787 calls it: only peers that it sent to "
                + "(address-and-port-dependent, as usual), or anybody (endpoint-independent).",
            valueName: "behavior"
        )
    )
    var filtering: MappingFiltering = .addressAndPortDependent

    @Flag(help: "With --endpoint-independent: inside clients reach each other by their external addresses.")
    var hairpin = false

    @Flag(help: "Leave the outward input path open to UDP that nobody asked for.")
    var noGuard = false

    @Option(
        help: ArgumentHelp(
            "Let the kernel take it back after that time, unless `nataudit fix --keep` comes first; 1 to 86400.",
            valueName: "seconds"
        )
    )
    var trial: Int?

    @Flag(help: "Make the fix that is on trial lasting.")
    var keep = false

    @Flag(help: "Leave existing conntrack entries alone.")
    var keepFlows = false

    @Flag(help: "Do not probe: believe the rules.")
    var noVerify = false

    @Flag(help: "Keep the fix beyond a boot, with a systemd unit of its own.")
    var persist = false

    @Flag(help: "Put back what --persist kept; the unit does it at boot.")
    var restore = false

    @Option(help: ArgumentHelp("Prove it with this STUN server; repeatable.", valueName: "host[:port]"))
    var stun: [STUNServerName] = []

    @Option(
        help: ArgumentHelp(
            "Send the probes from there, a client's place behind this host.",
            valueName: "name|path|pid:N"
        )
    )
    var probeNetns: String?

    @OptionGroup var namespace: NamespaceOption
    @OptionGroup var report: ReportOptions

    func validate() throws {
        if noVerify, !stun.isEmpty || probeNetns != nil {
            throw ValidationError("--no-verify contradicts --stun and --probe-netns")
        }
        try validateMapping()
        try validateTrial()
        try validateKeeping()
    }

    func run() throws {
        let stop = try StopSignal.onTermination()
        let isPreview = dryRun || !masquerade && !keep && !restore
        let question = Question(isAnswered: yes || isPreview || keep, stop: stop)
        try question.requireAnswerable("fix", otherwise: "--yes (or --dry-run)")
        let place = try ProbePlace(netns: probeNetns)
        try namespace.enter()
        do {
            if keep { return try keepTrial() }
            if restore { return try isPreview ? previewRestoring() : putBack(question) }
            let run = try self.fixRun(place, stop, isPreview: isPreview)
            try isPreview ? preview(run) : apply(run, question)
        } catch let refusal as PlanRefusal {
            try end(refusal)
        } catch let error as ApplyError {
            Console.complain("\(error)")
            throw ExitCode(Outcome.finding.rawValue)
        }
    }

    /// Says why nothing was done, and ends with what that means.
    func end(_ refusal: PlanRefusal) throws {
        Console.complain("refused: \(refusal)")
        throw ExitCode((refusal.isIgnorance ? Outcome.unknown : .finding).rawValue)
    }
}
