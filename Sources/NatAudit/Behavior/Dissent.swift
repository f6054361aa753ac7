internal import NetlinkBridge

/// Whether servers that saw different ports speak of the NAT, or some of them speak of something else.
enum Dissent: Hashable, Sendable {
    /// What differs is the NAT's doing.
    case none
    /// One server saw another port than all others, and did so again on a fresh port.
    case server(IPAddress)
    /// Servers saw another port than the others, and did not on a fresh port: the first one was taken there.
    case chance(Set<Endpoint>)
    /// Servers saw another port than the others, and nothing tells why.
    case unsettled(Set<Endpoint>)

    /// Judges what one socket showed, and what a second one did.
    ///
    /// The other ends of a server are no `witnesses` of their own: one server outvotes nobody.
    init(_ sample: MappingSample, confirmedBy second: MappingSample?, witnesses: Set<IPAddress>) {
        guard let odd = sample.oddOnes else {
            self = .none
            return
        }
        let heardAgain = Set((second?.answers ?? []).map(\.server))
        let others = Set(heardAgain.subtracting(odd).map(\.address))
        guard let second, !others.isEmpty, heardAgain.isSuperset(of: odd) else {
            self = .unsettled(odd)
            return
        }
        if Set(second.answers.map(\.mapped)).count == 1 {
            self = .chance(odd)
        } else if second.oddOnes == odd {
            // Of two that disagree nobody knows which one errs, even if they do so twice; and one address that sees two
            // mappings is no witness against itself.
            let addresses = Set(odd.map(\.address))
            if addresses.count == 1, others.subtracting(addresses).intersection(witnesses).count > 1,
                let address = addresses.first
            {
                self = .server(address)
            } else {
                self = others.subtracting(addresses).isEmpty ? .none : .unsettled(odd)
            }
        } else {
            self = .none
        }
    }
}

extension MappingSample {
    /// The servers that saw another port than most; nil where all saw one, and where nothing that they saw looks like the one
    /// mapping of the socket.
    ///
    /// A NAT that draws a port for each destination does not draw the same one for several addresses, nor the socket's own.
    var oddOnes: Set<Endpoint>? {
        guard Set(answers.map(\.mapped.port)).count > 1, !answers.contains(where: { $0.mapped == local }) else {
            return nil
        }
        let byMapping = Dictionary(grouping: answers, by: \.mapped)
        let common = byMapping.filter { mapping, seen in
            Set(seen.map(\.server.address)).count > 1 || mapping.port == local.port
        }
        let most = common.map(\.value.count).max() ?? 0
        let candidates = common.filter { $0.value.count == most }
        guard candidates.count == 1, let mapped = candidates.first?.key else { return nil }
        let odd = answers.filter { $0.mapped != mapped }
        guard odd.allSatisfy({ $0.mapped.port != mapped.port }), odd.count <= most else { return nil }
        return Set(odd.map(\.server))
    }
}
