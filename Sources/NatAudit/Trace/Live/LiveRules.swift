internal import NetlinkBridge

/// Names what the kernel's trace tells by numbers.
struct LiveRules {
    let ruleset: Ruleset
    let links: [Link]

    /// Tells whether iptables-legacy has a rule, or a policy that drops.
    var hasLegacyRules: Bool {
        ruleset.chains.contains { chain in
            chain.place.isLegacy && (chain.count > 0 || chain.hook?.dropsByPolicy == true)
        }
    }

    /// Tells whether an XDP program sees what comes in by an interface.
    func hasProgram(at interface: Packet.Interface) -> Bool {
        guard case .link(let index, _) = interface else { return false }
        return links.first { $0.index.number == index }?.xdpProgram != nil
    }

    /// A rule by its place, or the policy of a chain.
    func name(_ hit: LiveObservation.Hit) -> String {
        reference(hit)?.words ?? "a rule of \(hit.place) (handle \(hit.handle ?? 0))"
    }

    /// The rule's place, or the policy's; nil where it was not read.
    func reference(_ hit: LiveObservation.Hit) -> RuleReference? {
        if hit.handle == nil { return RuleReference(place: hit.place, position: 0) }
        return rule(hit).map { RuleReference(place: hit.place, position: $0.position) }
    }

    /// The rule; nil where it was not read.
    func rule(_ hit: LiveObservation.Hit) -> Rule? {
        ruleset.chains[hit.place].flatMap { chain in ruleset.rules(of: chain).first { $0.handle == hit.handle } }
    }

    /// The name of an interface, or its number.
    func interface(_ index: UInt32) -> String {
        links.first { $0.index.number == index }.map { "\($0.name)" } ?? "interface \(index)"
    }

    /// What became of the packet, in one clause; `last` is the last rule that it met.
    func words(_ end: LiveObservation.End, _ last: LiveObservation.Hit?) -> String {
        switch end {
        case .left(let headers, let out):
            "it left as \(headers.source) to \(headers.destination)" + (out.map { ", out by \(interface($0))" } ?? "")
        case .delivered(let headers): "it came to this host as \(headers.source) to \(headers.destination)"
        case .dropped: "\(last.map(name) ?? "a rule") dropped it"
        case .vanished(let hook?): "it was not seen behind the end of \(hook)"
        case .vanished(nil): "it was not seen at the end of its first hook"
        }
    }
}
