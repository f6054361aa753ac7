internal import NetlinkBridge

/// Whether servers that saw different ports speak of the NAT, or one of them speaks of itself.
enum Dissent: Hashable, Sendable {
    /// No server stands apart: what differs is the NAT's doing.
    case none
    /// One server saw another port than all others, and did so again on a fresh port.
    case server(IPAddress)
    /// One server saw another port than all others, and did not on a fresh port: that port was taken there.
    case chance(IPAddress)
    /// One server stands apart, and nothing tells whether it errs.
    case unsettled(IPAddress)

    /// Judges what one socket showed, and what a second one did.
    init(_ sample: MappingSample, confirmedBy second: MappingSample?) {
        guard let odd = sample.oddOneOut else {
            self = .none
            return
        }
        guard let second else {
            self = .unsettled(odd)
            return
        }
        let others = Set(second.answers.map(\.server.address)).subtracting([odd])
        let hasAll = others.count >= sample.quorum && second.answers.contains { $0.server.address == odd }
        if !hasAll || second.oddOneOut == odd {
            // Of two that disagree nobody knows which one errs, even if they do so twice.
            self = hasAll && others.count >= 2 ? .server(odd) : .unsettled(odd)
        } else if second.oddOneOut == nil, Set(second.answers.map(\.mapped)).count == 1 {
            self = .chance(odd)
        } else {
            self = .none
        }
    }
}

extension MappingSample {
    /// The one server address that saw another port than all others, which saw one mapping; nil where there is none.
    ///
    /// Of two server addresses the one that saw the socket's own port is taken at its word: a NAT that draws ports does not draw
    /// that one.
    var oddOneOut: IPAddress? {
        let translated = answers.filter { $0.mapped != local }
        let byServer = Dictionary(grouping: translated, by: \.server.address)
        guard byServer.count >= 2, translated.count == answers.count else { return nil }
        let odd = byServer.keys.filter { candidate in
            let rest = translated.filter { $0.server.address != candidate }
            guard let common = rest.first?.mapped, rest.allSatisfy({ $0.mapped == common }),
                byServer.count > 2 || common.port == local.port
            else { return false }
            return byServer[candidate, default: []].allSatisfy { $0.mapped.port != common.port }
        }
        return odd.count == 1 ? odd.first : nil
    }

    /// How many other servers have to answer a second time, for a comparison that means something.
    fileprivate var quorum: Int { min(2, Set(answers.map(\.server.address)).count - 1) }
}
