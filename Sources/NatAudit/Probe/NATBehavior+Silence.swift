internal import NetlinkBridge

extension NATBehavior {
    /// Judges a transcript in which no server told a mapped address.
    ///
    /// Blocked is said only where it is proven: every server that was asked met an errno or an ICMP error, or
    /// is silent for long enough although the user vouched for it by name.
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
            self.init(verdict: .unknown, mapping: nil, reason: "no server could be asked: \(words)")
            return
        }
        if asked.contains(where: \.answeredUnusably) {
            self.init(
                verdict: .unknown,
                mapping: nil,
                reason: "UDP gets through, but no server told a mapped address: \(words)"
            )
        } else if asked.allSatisfy(\.metAnError) {
            self.init(verdict: .blocked, mapping: nil, reason: "UDP does not get through: \(words)")
        } else if asked.contains(where: \.wasHardlyWaitedFor) {
            self.init(
                verdict: .unknown,
                mapping: nil,
                reason: "the wait was too short to tell: \(words)"
            )
        } else if transcript.serversWereNamed {
            self.init(
                verdict: .blocked,
                mapping: nil,
                reason: "none of the servers that were named answered: \(words)"
            )
        } else {
            self.init(
                verdict: .unknown,
                mapping: nil,
                reason:
                    "no server answered, and the default servers' silence alone proves nothing; name servers "
                    + "that are known to answer: \(words)"
            )
        }
    }

    /// "no answer to 7 requests (a:3478, b:3478); ...": the first few failures in words, the same words once.
    private static func words(for servers: [ServerTranscript]) -> String {
        var names: [(words: String, servers: [String])] = []
        for server in servers {
            guard let words = server.failure?.description else { continue }
            if let index = names.firstIndex(where: { $0.words == words }) {
                names[index].servers.append(server.name.description)
            } else {
                names.append((words, [server.name.description]))
            }
        }
        let all = names.map { "\($0.words) (\($0.servers.joined(separator: ", ")))" }
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

    /// Tells whether a silence was shorter than an ordinary answer may take.
    ///
    /// RFC 8489, section 6.2.1: a client takes 500 ms for the round trip as long as it knows nothing better.
    fileprivate var wasHardlyWaitedFor: Bool {
        guard case .binding(.silence(_, let time)) = failure else { return false }
        return time < .milliseconds(500)
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
