internal import NetlinkBridge

extension NATBehavior.Judgement {
    /// Judges answers of servers that are all believed.
    ///
    /// Two answers that differ prove a hard NAT, wherever they come from; nothing less proves anything.
    init(of sample: MappingSample) {
        let answers = sample.answers
        let local = sample.local
        let translated = answers.filter { $0.mapped != local }
        let ports = Set(translated.map(\.mapped.port))
        let mappings = Set(answers.map(\.mapped))
        let addresses = Set(answers.map(\.server.address))
        if ports.count > 1 {
            let seen = "one socket (\(local)) was seen at \(ports.count) different ports: "
            self.init(.hard, .ofDiffering(translated), seen + translated.words)
        } else if translated.isEmpty, addresses.count > 1 {
            let seen = "\(addresses.count) server addresses saw the socket's own address and port, \(local)"
            self.init(.noNAT, nil, seen)
        } else if mappings.count > 1, translated.count < answers.count {
            let seen = "some servers are reached without translation and some with: "
            self.init(.unknown, nil, seen + answers.words)
        } else if mappings.count > 1 {
            let seen = "multiple egress addresses: the port stayed, the address did not: "
            self.init(.unknown, nil, seen + answers.words)
        } else if addresses.count > 1, let mapped = mappings.first {
            let seen =
                "\(addresses.count) server addresses saw the socket (\(local)) at one address and port, \(mapped)"
            self.init(.easy, .endpointIndependent, seen)
        } else {
            let server = addresses.first.map(String.init(describing:)) ?? "none"
            self.init(.unknown, nil, "only one server address answered (\(server)): it takes two to compare")
        }
    }

    /// Judges answers of which some stand apart.
    init(of sample: MappingSample, without odd: Set<Endpoint>, _ dissent: Dissent) {
        let rest = MappingSample(
            local: sample.local,
            answers: sample.answers.filter { !odd.contains($0.server) }
        )
        let agreed = Self(of: rest)
        let differing = sample.answers.filter { odd.contains($0.server) }.words
        switch dissent {
        case .server(let address):
            let why = "; one disagrees, twice, and is not believed: "
            self.init(agreed.verdict, agreed.mapping, agreed.reason + why + differing)
            dissenter = address
        case .chance:
            let why = "; the port was taken once (\(differing)), and was not when it was asked from another one"
            self.init(agreed.verdict, agreed.mapping, agreed.reason + why)
            hasCollided = true
        case .none, .unsettled:
            let why = "STUN servers disagree, and nothing tells which one errs: "
            self.init(.unknown, nil, why + sample.answers.words)
            dissenter = Set(odd.map(\.address)).count == 1 ? odd.first?.address : nil
        }
    }
}

extension Dissent {
    /// The servers that stand apart; nil where none does.
    func odd(in sample: MappingSample) -> Set<Endpoint>? {
        switch self {
        case .none: nil
        case .server(let address): Set(sample.answers.map(\.server).filter { $0.address == address })
        case .chance(let odd), .unsettled(let odd): odd
        }
    }
}

extension MappingSample {
    /// Tells whether this host's own conntrack has the port that odd ones saw: then they saw right.
    func isOddHere(_ odd: Set<Endpoint>, _ translatedHere: [Endpoint: Endpoint]) -> Bool {
        answers.contains { odd.contains($0.server) && translatedHere[$0.server]?.port == $0.mapped.port }
    }
}

extension [MappingSample.Answer] {
    /// "198.51.100.1:5 by 203.0.113.10:3478, ...": the first few answers in words; ports alone where all addresses agree.
    var words: String {
        let isOneAddress = Set(map(\.mapped.address)).count == 1 && count > 1
        let shown = prefix(4).map { answer in
            "\(isOneAddress ? "\(answer.mapped.port)" : "\(answer.mapped)") by \(answer.server)"
        }.joined(separator: ", ")
        return count > 4 ? shown + " and \(count - 4) more" : shown
    }
}
