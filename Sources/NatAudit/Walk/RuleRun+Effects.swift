internal import NetlinkBridge

/// What single statements do.
extension RuleRun {
    /// Tells whether the interface that the packet leaves by has no address for masquerade.
    var hasNothingToPresent: Bool {
        guard case .link(let index, _) = traveller.packet.outInterface, let host = context.host else { return false }
        return host.hasNothingToPresent(on: index, for: traveller.packet.destination)
    }

    mutating func decide(_ verdict: NftVerdict) {
        let effect: Effect
        switch verdict {
        case .drop: return end(.dropped(reference))
        case .other(let code): return end(.unknown("verdict \(code) is not understood"))
        case .continue: return pass()
        case .break: return turn(.goesOn)
        case .accept: effect = .accepts
        case .return: effect = .returns
        case .jump(let chain): effect = .calls(chain, isGoto: false)
        case .goto(let chain): effect = .calls(chain, isGoto: true)
        }
        split(saying: true)
        step(NftText.text(of: verdict))
        turn(effect)
    }

    mutating func look(up operands: [Operand], in map: KernelName) {
        switch test.view.look(up: operands, in: map) {
        case .found(let element):
            if let condition = element.condition { open.append(condition) }
            if let verdict = element.verdict { decide(verdict) } else { turn(.goesOn) }
        case .missing, .absent:
            if context.tellsAll { miss("map \(map) holds nothing for it") }
            turn(.goesOn)
        case .unknown(let words):
            open.append(words)
            end(.unknown(words))
        }
    }

    /// Sets a mark; false where there is no value to set, which ends a rule of nf_tables.
    mutating func assign(_ assignment: MarkAssignment) -> Bool {
        let isPacket = assignment.target == .packet
        let old = isPacket ? traveller.packet.mark : traveller.flow.mark
        var new: UInt32?
        switch test.view.value(of: assignment.value) {
        // The targets of xtables do nothing without an entry, and go on.
        case .absent: return rule.backend != .nftables
        case .bytes(let bytes):
            let value = UInt32(hostBytes: bytes)
            new = assignment.kept == 0 ? value : old.map { $0 & assignment.kept ^ value }
        case .unknown: new = nil
        }
        // Without an entry there is nothing to mark.
        guard isPacket || traveller.flow.tracking == .new, new != old else { return true }
        split(saying: true)
        let words = new.map { "0x\(String($0, radix: 16))" } ?? "one that is not known"
        step("the \(isPacket ? "mark" : "flow's mark") becomes \(words)")
        if isPacket { traveller.packet.mark = new } else { traveller.flow.mark = new }
        return true
    }

    mutating func translate(_ translation: DestinationTranslation) {
        if let family = translation.family, family != traveller.packet.family { return missOtherFamily() }
        switch DestinationChoice(translation, test, at: hook, context).result {
        case .nothing:
            if context.tellsAll { miss("a value that it needs does not exist") }
            turn(.goesOn)
        case .undecided(let words):
            open.append(words)
            end(.unknown(words))
        case .choices(let choices):
            split(saying: false)
            for choice in choices {
                var chosen = traveller.assuming(choice.conditions)
                chosen.packet.destination = choice.address
                chosen.packet.destinationPort = choice.port
                let words = "the destination becomes \(chosen.packet.destinationWords)"
                chosen.steps.append(.rule(reference, rule, effect: words))
                chosen.flow.isDestinationSettled = true
                chosen.flow.destinationRule = reference
                turns.append(Turn(effect: .accepts, traveller: chosen))
            }
        }
    }
}
