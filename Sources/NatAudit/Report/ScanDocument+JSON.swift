// Every key of the contract is written, null where there is nothing; what is additional is left out where it does not apply.

extension ScanReport: Encodable {
    /// Writes the document.
    public func encode(to encoder: any Encoder) throws { try document.encode(to: encoder) }
}

extension ScanDocument.Host {
    enum CodingKeys: String, CodingKey { case hostname, kernel, netns, cloud, time }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(hostname, forKey: .hostname)
        try values.encode(kernel, forKey: .kernel)
        try values.encode(netns, forKey: .netns)
        try values.encode(cloud, forKey: .cloud)
        try values.encode(time, forKey: .time)
    }
}

extension RuleEntry {
    enum CodingKeys: String, CodingKey {
        case backend, family, table, chain, handle, position, kind, flags, addresses, ports, comment, owner, text
        case verdict, reach, when, why
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(backend, forKey: .backend)
        try values.encode(family, forKey: .family)
        try values.encode(table, forKey: .table)
        try values.encode(chain, forKey: .chain)
        try values.encode(handle, forKey: .handle)
        try values.encode(position, forKey: .position)
        try values.encode(kind, forKey: .kind)
        try values.encode(flags, forKey: .flags)
        try values.encode(addresses, forKey: .addresses)
        try values.encode(ports, forKey: .ports)
        try values.encode(comment, forKey: .comment)
        try values.encode(owner, forKey: .owner)
        try values.encode(text, forKey: .text)
        try values.encode(verdict, forKey: .verdict)
        try values.encode(reach, forKey: .reach)
        try values.encode(when, forKey: .when)
        try values.encode(why, forKey: .why)
    }
}

extension PathEntry {
    enum CodingKeys: String, CodingKey {
        case from, to, inInterface, outInterface, family, `protocol`, verdict, rule, when, why, steps, requested
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(from, forKey: .from)
        try values.encode(to, forKey: .to)
        try values.encode(inInterface, forKey: .inInterface)
        try values.encode(outInterface, forKey: .outInterface)
        try values.encode(family, forKey: .family)
        try values.encode(self.protocol, forKey: .protocol)
        try values.encode(verdict, forKey: .verdict)
        try values.encode(rule, forKey: .rule)
        try values.encode(when, forKey: .when)
        try values.encode(why, forKey: .why)
        try values.encode(steps, forKey: .steps)
        try values.encodeIfPresent(requested, forKey: .requested)
    }
}

extension Finding {
    enum CodingKeys: String, CodingKey { case id, severity, title, detail, evidence, rule, remedies }

    /// Writes every key of the contract.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(id, forKey: .id)
        try values.encode(severity, forKey: .severity)
        try values.encode(title, forKey: .title)
        try values.encode(detail, forKey: .detail)
        try values.encode(evidence, forKey: .evidence)
        try values.encode(rule, forKey: .rule)
        try values.encode(remedies, forKey: .remedies)
    }
}
