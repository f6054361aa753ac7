internal import NetlinkBridge

/// What is read of `tailscale netcheck --format=json`: Go's `net/netcheck.Report` of Tailscale's source.
private struct NetcheckFile: Decodable {
    let udp: Bool
    let ipv4: Bool?
    let ipv6: Bool?
    let mappingVaries: Bool?
    let hairPinning: Bool?
    let captivePortal: Bool?
    let portMappings: [Bool]
    let global4: Endpoint?
    let global6: Endpoint?
    let hasRelays: Bool

    private enum CodingKeys: String, CodingKey {
        case udp = "UDP"
        case ipv4 = "IPv4"
        case ipv6 = "IPv6"
        case mappingVaries = "MappingVariesByDestIP"
        // Removed from Tailscale in 2024; what older ones say with false is not to be relied on.
        case hairPinning = "HairPinning"
        case captivePortal = "CaptivePortal"
        case upnp = "UPnP"
        case pmp = "PMP"
        case pcp = "PCP"
        case global4 = "GlobalV4"
        case global6 = "GlobalV6"
        case latency = "RegionLatency"
        case relay = "PreferredDERP"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        udp = try values.decode(Bool.self, forKey: .udp)
        guard values.contains(.mappingVaries) || values.contains(.relay) else {
            throw Swift.DecodingError.dataCorruptedError(forKey: .mappingVaries, in: values, debugDescription: "absent")
        }
        // Go's opt.Bool is true, false or null.
        ipv4 = try values.decodeIfPresent(Bool.self, forKey: .ipv4)
        ipv6 = try values.decodeIfPresent(Bool.self, forKey: .ipv6)
        mappingVaries = try values.decodeIfPresent(Bool.self, forKey: .mappingVaries)
        hairPinning = try values.decodeIfPresent(Bool.self, forKey: .hairPinning)
        captivePortal = try values.decodeIfPresent(Bool.self, forKey: .captivePortal)
        portMappings = try [CodingKeys.upnp, .pmp, .pcp].compactMap {
            try values.decodeIfPresent(Bool.self, forKey: $0)
        }
        // An address that is not known is an empty text.
        global4 = try values.decodeIfPresent(String.self, forKey: .global4).flatMap { Endpoint($0) }
        global6 = try values.decodeIfPresent(String.self, forKey: .global6).flatMap { Endpoint($0) }
        hasRelays = try values.decodeIfPresent([String: Int64].self, forKey: .latency)?.isEmpty == false
    }
}

extension PairSide {
    /// Reads what `tailscale netcheck --format=json` wrote.
    ///
    /// - Throws: `DecodingError` where it is something else.
    init(netcheck text: String, file: String) throws {
        let check = try JSONText.decode(NetcheckFile.self, from: text)
        source = .netcheck
        self.file = file
        name = file
        ip = Self.leg4(check)
        ip6 = Self.leg6(check)
        if check.captivePortal == true {
            notes.append("\(name): a captive portal was seen; until somebody logs in there, nothing said here holds")
        }
    }

    private static func leg4(_ check: NetcheckFile) -> PairLeg? {
        let opens = check.portMappings.contains(true)
        func leg(_ verdict: Verdict, _ why: String) -> PairLeg {
            PairLeg(
                verdict: verdict,
                inboundFirst: .untested,
                presented: [check.global4].compactMap { $0 },
                isMeasured: true,
                opensPorts: opens,
                hairpins: check.hairPinning == true ? true : nil,
                why: why
            )
        }
        guard check.udp else {
            // Relays are reached by HTTPS too: where they are, the network is there and UDP does not get through.
            return check.hasRelays
                ? leg(.blocked, "no STUN server answered, and relays were reached by HTTPS")
                : leg(.unknown, "no server was reached, by UDP or otherwise")
        }
        guard check.ipv4 ?? (check.global4 != nil) else { return nil }
        return switch check.mappingVaries {
        case true?: leg(.hard, "MappingVariesByDestIP is true: servers saw different addresses or ports of one socket")
        case false?: leg(.easy, "MappingVariesByDestIP is false: servers saw one and the same address and port")
        case nil: leg(.unknown, "MappingVariesByDestIP is not known: only one server answered over IPv4")
        }
    }

    private static func leg6(_ check: NetcheckFile) -> PairLeg? {
        guard check.udp, check.ipv6 == true, let seen = check.global6 else { return nil }
        // What is translated over IPv6 is not looked at there.
        return PairLeg(
            verdict: .noNAT,
            inboundFirst: .untested,
            presented: [seen],
            isMeasured: false,
            why: "a server answered over IPv6; whether it is translated was not looked at"
        )
    }
}
