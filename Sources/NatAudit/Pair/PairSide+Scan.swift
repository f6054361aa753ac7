internal import NetlinkBridge

/// What is read of a scan's report: what `pair` needs, whatever else a later version writes.
private struct ScanFile: Decodable {
    let host: Host
    let verdict: Verdict
    let holds: Holds
    let sourceNAT: [Rule]
    let paths: [Path]
    let probes: [Probe]
    let findings: [Found]
    let redacted: Bool?

    struct Host: Decodable { let hostname: String }

    struct Rule: Decodable { let owner: String? }

    struct Path: Decodable {
        let to: String
        let family: String
        let verdict: Verdict
        let why: String?
    }

    struct Probe: Decodable {
        let local: String?
        /// A word of RFC 4787; one that is not known says as much as none.
        let filtering: String?
        let verdict: Verdict
        let holds: Holds
        let presented: [String]
        let servers: [Server]
        let reason: String?
        /// Missing in what an earlier version wrote.
        let tests: [Test]?

        /// Whether the NAT leads packets back in; nil where that was not tried.
        var hairpins: Bool? {
            tests?.first { $0.test == "hairpin" }?.result.map { $0 == "supported" }
        }
    }

    struct Test: Decodable {
        let test: String
        let result: String?
    }

    struct Server: Decodable {
        let mapped: String?
        let translatedHere: String?
    }

    struct Found: Decodable {
        let id: String
        let title: String
        let rule: Int?
    }
}

extension PairSide {
    /// Reads what `nataudit scan --format json` wrote.
    ///
    /// - Throws: `DecodingError` where it is something else.
    init(scan text: String, file: String) throws {
        let scan = try JSONText.decode(ScanFile.self, from: text)
        source = .scan
        self.file = file
        name = Self.shown(scan.host.hostname)
        isRedacted = scan.redacted == true
        ip = Self.leg(.ip, scan)
        ip6 = Self.leg(.ip6, scan)
        let owners = Set(OwnerCatalogue.signs.map(\.owner.name))
        findings = scan.findings.compactMap { found in
            guard let id = Finding.ID(rawValue: found.id) else { return nil }
            let rule = found.rule.flatMap { scan.sourceNAT.indices.contains($0) ? scan.sourceNAT[$0] : nil }
            return Found(
                id: id,
                title: Self.shown(found.title),
                owner: rule?.owner.flatMap { owners.contains($0) ? $0 : nil }
            )
        }
        if ip?.isBehindCarrier == true {
            notes.append(
                "\(name) has an address of 100.64.0.0/10: it is behind a carrier's NAT, at which nobody can open a port"
            )
        }
        let others = scan.paths.filter { $0.verdict == .hard && $0.family == "ip" }
        if ip?.isMeasured == true, ip?.verdict != .hard, !others.isEmpty {
            notes.append(
                "\(name): other paths of this host are hard; what is said here is of the socket that was probed"
            )
        }
    }

    /// The leg of a family: measured, where a probe was sent over it.
    private static func leg(_ family: AddressFamily, _ scan: ScanFile) -> PairLeg? {
        if let probe = scan.probes.first(where: { self.family(of: $0) == family }) {
            return leg(probe, scan)
        }
        let paths = scan.paths.filter { $0.family == family.rawValue }
        let outward = paths.filter { $0.to == "elsewhere" }
        let verdict = Verdict.worst(of: (outward.isEmpty ? paths : outward).map(\.verdict))
        guard let verdict else { return nil }
        let why = paths.first { $0.verdict == verdict }?.why ?? "no probe was sent"
        return PairLeg(
            verdict: verdict,
            // Rules translate where there are verdicts of translations: then conntrack lets in answers only.
            filtering: verdict == .hard || verdict == .easy ? .addressAndPortDependent : nil,
            inboundFirst: verdict == .easy && scan.verdict == .easy ? scan.holds.inboundFirst : .untested,
            collision: scan.holds.collision,
            isMeasured: false,
            why: Self.shown(why)
        )
    }

    private static func leg(_ probe: ScanFile.Probe, _ scan: ScanFile) -> PairLeg {
        let local = probe.local.flatMap { Endpoint($0) }
        let isTranslatedHere = probe.servers.contains { server in
            server.translatedHere.flatMap { Endpoint($0) }.map { $0 != local } ?? false
        }
        // What follows from this host's rules is said of the whole report, and holds for flows that they translate.
        let read = isTranslatedHere && probe.verdict == .easy && scan.verdict == .easy ? scan.holds : .untested
        let ways = [local] + probe.servers.map { $0.translatedHere.flatMap { Endpoint($0) } }
        return PairLeg(
            verdict: probe.verdict,
            // Conntrack lets in answers only (RFC 4787 section 5: address and port-dependent).
            filtering: probe.filtering.flatMap(MappingBehavior.init(rawValue:))
                ?? (isTranslatedHere ? .addressAndPortDependent : nil),
            inboundFirst: probe.holds.inboundFirst == .untested ? read.inboundFirst : probe.holds.inboundFirst,
            collision: probe.holds.collision == .untested ? read.collision : probe.holds.collision,
            presented: probe.presented.compactMap { Endpoint($0) },
            local: local,
            isMeasured: true,
            isBehindCarrier: ways.contains { $0?.address.isCarrierGrade == true },
            hairpins: probe.hairpins,
            why: Self.shown(probe.reason ?? probe.verdict.meaning)
        )
    }

    /// The family of a probe's addresses; IPv4 where it shows none.
    private static func family(of probe: ScanFile.Probe) -> AddressFamily {
        let endpoints = ([probe.local].compactMap { $0 } + probe.presented).compactMap { Endpoint($0) }
        return endpoints.first?.address.family ?? .ip
    }
}
