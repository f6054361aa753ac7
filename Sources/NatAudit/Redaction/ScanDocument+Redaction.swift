internal import NetlinkBridge

extension ScanDocument {
    /// The same report without what would tell whose host it is of; see `Redaction`.
    ///
    /// It goes through the report's JSON form, so that no text in it can be forgotten.
    public func hidingIdentity() throws -> ScanDocument { try hidingIdentity(using: SystemRandomNumberGenerator()) }

    /// The same with another source of chance.
    func hidingIdentity(using generator: some RandomNumberGenerator) throws -> ScanDocument {
        var names = NameStandIns()
        let whole = try JSONText.decode(JSONValue.self, from: try JSONText.encode(named(&names)))
        var texts: [String] = []
        _ = whole.mapping(except: Self.kept) { text, key in
            if key != "comment" { texts.append(text) }
            return .null
        }
        let redaction = Redaction(texts, comments: sourceNAT.compactMap(\.comment), names: names, using: generator)
        let changed = whole.mapping(except: Self.kept) { text, key in
            switch key {
            case "comment": .string(redaction.comment(text))
            // What a server calls itself may be anything.
            case "software": .null
            default: .string(redaction.text(text))
            }
        }
        return try JSONText.decode(ScanDocument.self, from: try JSONText.encode(changed)).saidToBeRedacted
    }

    /// The same report, which says of itself that addresses and names are stand-ins.
    public var saidToBeRedacted: ScanDocument {
        guard redacted != true else { return self }
        var document = self
        document.limits.append(Redaction.notice)
        document.redacted = true
        return document
    }

    /// Keys under which nothing is changed: versions look like addresses.
    private static let kept: Set<String> = ["schema", "tool", "kernel", "time"]

    /// The report with the names of its host and namespace replaced where they stand by themselves; collects all names.
    private func named(_ names: inout NameStandIns) -> ScanDocument {
        var document = self
        document.host.hostname = names.add(
            host.hostname,
            kind: "host",
            everywhere: NameStandIns.isTelling(host.hostname)
        )
        let label = String(host.hostname.prefix { $0 != "." })
        if label != host.hostname, NameStandIns.isTelling(label) { names.add(label, standIn: document.host.hostname) }
        if host.netns != "host", let place = Self.hide("netns \(host.netns)", &names) {
            document.host.netns = String(place.dropFirst(6))
        }
        for probe in probes { _ = Self.hide(probe.from, &names) }
        var hosts: [String] = []
        let known = Set(DefaultServers.all.map(\.host))
        for server in probes.flatMap(\.servers).compactMap({ STUNServerName($0.server) }) {
            guard server.endpoint == nil, !known.contains(server.host) else { continue }
            if !hosts.contains(server.host) { hosts.append(server.host) }
            let standIn = "server-\((hosts.firstIndex(of: server.host) ?? 0) + 1).example"
            names.add(server.description, standIn: "\(standIn):\(server.port)")
            if NameStandIns.isTelling(server.host) { names.add(server.host, standIn: standIn) }
        }
        return document
    }

    /// Hides the name in `netns NAME`; nil where there is nothing to hide: a process's number tells nothing.
    private static func hide(_ place: String, _ names: inout NameStandIns) -> String? {
        guard place.hasPrefix("netns "), !place.hasPrefix("netns pid:") else { return nil }
        return names.add(place, kind: "netns namespace", everywhere: true)
    }
}
