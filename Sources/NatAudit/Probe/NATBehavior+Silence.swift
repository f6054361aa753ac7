internal import NetlinkBridge

extension NATBehavior {
    /// Judges a transcript in which no server told a mapped address.
    ///
    /// Blocked is said only where it is proven: every server that was asked met an errno or an ICMP error, or is
    /// silent although the user vouched for it by name.
    init(silent transcript: ProbeTranscript) {
        let asked = transcript.servers.filter { server in
            switch server.failure {
            case .notResolved, .sameServer, nil: false
            case .noRoute, .binding: true
            }
        }
        let words = Self.words(for: asked.isEmpty ? transcript.servers : asked)
        guard !transcript.servers.isEmpty else {
            self.init(verdict: .unknown, mapping: nil, reason: "no server was asked")
            return
        }
        guard !asked.isEmpty else {
            self.init(verdict: .unknown, mapping: nil, reason: "no server's name could be resolved: \(words)")
            return
        }
        if asked.contains(where: \.answeredUnusably) {
            self.init(
                verdict: .unknown, mapping: nil,
                reason: "UDP gets through, but no server told a mapped address: \(words)")
        } else if asked.allSatisfy(\.metAnError) {
            self.init(verdict: .blocked, mapping: nil, reason: "UDP does not get through: \(words)")
        } else if transcript.serversWereNamed {
            self.init(verdict: .blocked, mapping: nil, reason: "none of the servers that were named answered: \(words)")
        } else {
            self.init(
                verdict: .unknown, mapping: nil,
                reason: "no server answered, and the default servers' silence alone proves nothing; name servers that "
                    + "are known to answer: \(words)")
        }
    }

    /// "a:3478: no answer; b:3478: ...": the first few failures in words.
    private static func words(for servers: [ServerTranscript]) -> String {
        let all = servers.compactMap { server in server.failure.map { "\(server.name): \($0)" } }
        let shown = all.prefix(3).joined(separator: "; ")
        return all.count > 3 ? shown + "; and \(all.count - 3) more" : shown
    }
}

extension ServerTranscript {
    /// Tells whether an errno or an ICMP error stood between the question and its answer.
    fileprivate var metAnError: Bool {
        switch failure {
        case .noRoute, .binding(.sendRefused), .binding(.network): true
        case .binding(.silence), .binding(.errorResponse), .binding(.unusableAnswer): false
        case .notResolved, .sameServer, nil: false
        }
    }

    /// Tells whether the server answered, so that UDP passes both ways, without telling a mapped address.
    fileprivate var answeredUnusably: Bool {
        switch failure {
        case .binding(.errorResponse), .binding(.unusableAnswer): true
        case .binding(.silence), .binding(.sendRefused), .binding(.network): false
        case .noRoute, .notResolved, .sameServer, nil: false
        }
    }
}
