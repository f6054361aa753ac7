internal import NetlinkBridge

extension NATBehavior {
    /// Judges a transcript in which no server told a mapped address.
    ///
    /// Blocked is said only where it is proven: every server that was asked met an errno or an ICMP error of
    /// somebody on the way, or is silent for long enough although the user vouched for it by name.
    static func silence(_ transcript: ProbeTranscript) -> Judgement {
        let asked = transcript.servers.filter { server in
            switch server.failure {
            case .notResolved, .sameServer, nil: false
            case .noRoute, .binding: true
            }
        }
        let words = Self.words(for: asked.isEmpty ? transcript.servers : asked)
        guard !transcript.servers.isEmpty else { return Judgement(.unknown, nil, "no server was asked") }
        guard !asked.isEmpty else { return Judgement(.unknown, nil, "no server could be asked: \(words)") }
        if asked.contains(where: \.answeredUnusably) {
            return Judgement(.unknown, nil, "UDP gets through, but no server told a mapped address: \(words)")
        }
        if asked.contains(where: \.isReachedInVain) {
            // Of a server that the user vouches for, an ICMP error counts; another one may have been given up.
            let why = "UDP gets as far as the server's host, which says that nobody listens there: \(words)"
            return Judgement(transcript.serversWereNamed ? .blocked : .unknown, nil, why)
        }
        if asked.allSatisfy(\.metAnError) {
            return Judgement(.blocked, nil, "UDP does not get through: \(words)")
        }
        if asked.contains(where: \.wasHardlyWaitedFor) {
            return Judgement(.unknown, nil, "the wait was too short to tell: \(words)")
        }
        if transcript.serversWereNamed {
            return Judgement(.blocked, nil, "none of the servers that were named answered: \(words)")
        }
        let why =
            "no server answered, and the default servers' silence alone proves nothing; name servers that are known to answer: "
        return Judgement(.unknown, nil, why + words)
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

    /// Tells whether the server's own host said that nobody listens: UDP got there, and an answer came back.
    fileprivate var isReachedInVain: Bool {
        guard case .binding(.network(let report)) = failure else { return false }
        return report.isPortUnreachable && report.offender == report.remote.address
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
