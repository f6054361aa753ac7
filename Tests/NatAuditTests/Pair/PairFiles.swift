import Foundation
import NetlinkBridge

@testable import NatAudit

/// Reports of the two kinds as JSON texts, with what a test wants in them.
enum PairFiles {
    /// A scan's report with one probe over IPv4, unless `verdict` stands for what follows from rules alone.
    static func scan(
        _ verdict: String,
        host: String = "gw-1",
        isProbed: Bool = true,
        local: String = "10.0.1.2:41641",
        here: String? = nil,
        presented: [String] = ["203.0.113.1:41641"],
        filtering: String? = nil,
        inboundFirst: String = "untested",
        collision: String = "untested",
        findings: [[String: Any]] = [],
        owner: String? = nil,
        hairpin: String? = nil,
        extra: [String: Any] = [:]
    ) -> String {
        let holds = ["collision": collision, "inboundFirst": inboundFirst]
        let path: [String: Any] = [
            "from": "host", "to": "elsewhere", "family": "ip", "protocol": "udp", "verdict": verdict, "steps": [],
            "why": "rule 1 decides",
        ]
        let server: [String: Any] = [
            "server": "203.0.113.10:3478", "mapped": presented.first ?? "", "translatedHere": orNull(here),
        ]
        let probe: [String: Any] = [
            "from": "host", "local": local, "mapping": NSNull(), "filtering": orNull(filtering), "verdict": verdict,
            "holds": ["collision": "untested", "inboundFirst": "untested"], "presented": presented, "servers": [server],
            "reason": "it was seen so",
            "tests": hairpin.map { [["test": "hairpin", "result": $0, "reason": "it was tried"]] } ?? [],
        ]
        let document: [String: Any] = [
            "schema": "nataudit.scan/1", "host": ["hostname": host], "verdict": verdict, "holds": holds,
            "sourceNAT": [["owner": orNull(owner)]], "paths": [path], "probes": isProbed ? [probe] : [],
            "findings": findings,
        ]
        return text(document.merging(extra) { $1 })
    }

    /// What `tailscale netcheck --format=json` writes: the fields of Go's netcheck.Report, in its order.
    static func netcheck(
        varies: Bool?,
        udp: Bool = true,
        ip6: String = "",
        seen: String = "198.51.100.7:41641",
        latency: String = #"{"1": 92000000, "4": 18000000}"#,
        upnp: Bool? = nil,
        portal: Bool? = nil
    ) -> String {
        func word(_ value: Bool?) -> String { value.map { "\($0)" } ?? "null" }
        return """
            {
            \t"Now": "2026-11-21T10:54:50.123456789Z",
            \t"UDP": \(udp),
            \t"IPv6": \(!ip6.isEmpty),
            \t"IPv4": \(udp),
            \t"IPv6CanSend": \(!ip6.isEmpty),
            \t"IPv4CanSend": true,
            \t"OSHasIPv6": true,
            \t"ICMPv4": false,
            \t"MappingVariesByDestIP": \(word(varies)),
            \t"UPnP": \(word(upnp)),
            \t"PMP": null,
            \t"PCP": null,
            \t"PreferredDERP": 4,
            \t"RegionLatency": \(latency),
            \t"RegionV4Latency": \(latency),
            \t"RegionV6Latency": {},
            \t"GlobalV4Counters": null,
            \t"GlobalV6Counters": null,
            \t"GlobalV4": "\(udp ? seen : "")",
            \t"GlobalV6": "\(ip6)",
            \t"CaptivePortal": \(word(portal))
            }
            """
    }

    private static func orNull(_ text: String?) -> Any { text.map { $0 as Any } ?? NSNull() }

    static func text(_ object: Any) -> String {
        let data = (try? JSONSerialization.data(withJSONObject: object)) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    /// Compares two reports.
    static func pair(_ a: String, _ b: String) throws -> PairReport {
        PairReport(try PairSide(a, file: "a.json"), try PairSide(b, file: "b.json"))
    }
}
