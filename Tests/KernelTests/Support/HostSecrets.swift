import Foundation
import NatAudit
import NetlinkBridge

/// What would tell whose host it is, as the host's own tools print it.
struct HostSecrets {
    /// Addresses that are not the same on every host.
    let addresses: Set<String>
    /// Link layer addresses.
    let hardware: Set<String>

    /// Asks ip, nft, iptables-save of both kinds, ipset and conntrack.
    init(of host: LabHost) throws {
        let commands = """
            ip -j address; ip -j route show table all; ip -j -6 route show table all; ip rule; ip -j link
            nft list ruleset; iptables-legacy-save; ip6tables-legacy-save; ipset save; conntrack -L
            """
        let listing = try LabTool.run(["sh", "-c", commands], in: host.namespace).output
        addresses = Self.addresses(in: listing).subtracting(Self.common)
        hardware = Set(listing.matches(of: /\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/).map { String($0.0) })
            .subtracting(["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"])
    }

    /// What of it stands in a text.
    func found(in text: String) -> Set<String> {
        let lower = text.lowercased()
        return Self.addresses(in: lower).intersection(addresses).union(hardware.filter(lower.contains))
    }

    /// Everything in a text that is an IP address, without what is the same on every host.
    static func addresses(in text: String) -> Set<String> {
        let four = text.matches(of: /\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}/).map { String($0.0) }
        let six = text.matches(of: /(?:(?:[0-9a-f]{1,4}:)+:?|::)(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?/).map {
            String($0.0)
        }
        .filter { IPAddress($0)?.family == .ip6 }
        // Loopback, masks, and groups with assigned numbers.
        let same = /(127|0|255)\.\d+\.\d+\.\d+|224\.0\.0\.\d+/
        return Set(four.filter { $0.wholeMatch(of: same) == nil } + six.filter { !$0.hasPrefix("ff02::") })
    }

    /// RFC 6890, RFC 1918, RFC 4291: the first addresses of blocks that everybody has, the metadata service of clouds, masks.
    private static let common: Set<String> = [
        "10.0.0.0", "100.64.0.0", "169.254.0.0", "169.254.169.254", "172.16.0.0", "192.168.0.0", "192.0.2.0",
        "198.51.100.0",
        "203.0.113.0", "192.0.2.255", "198.51.100.255", "203.0.113.255", "198.18.0.0", "224.0.0.0", "239.0.0.0",
        "240.0.0.0", "192.0.0.0", "128.0.0.0", "::", "::1", "fe80::",
        "fc00::", "fd00::", "ff00::", "2000::", "2001:db8::",
    ]
}

/// Whether one text is another one with each address replaced by always the same other one.
struct Renaming {
    private var standIns: [String: String] = [:]
    private var originals: [String: String] = [:]

    /// What does not fit, in words; empty where all does.
    private(set) var complaints: [String] = []

    /// How many addresses were replaced.
    var count: Int { standIns.count }

    /// Compares JSON documents, value by value.
    mutating func compare(_ original: Any, _ changed: Any, at path: String = "") {
        switch (original, changed) {
        case (let original as [String: Any], let changed as [String: Any]):
            for (key, value) in original {
                // Names and comments are other words; what servers call themselves is left out.
                if ["hostname", "comment", "netns", "software", "time"].contains(key) { continue }
                guard let other = changed[key] else {
                    complaints.append("\(path)/\(key) is gone")
                    continue
                }
                compare(value, other, at: "\(path)/\(key)")
            }
        case (let original as [Any], let changed as [Any]):
            // The report says of itself that it is redacted.
            let isLimits = path == "/limits"
            if original.count + (isLimits ? 1 : 0) != changed.count { complaints.append("\(path) has another length") }
            for (index, pair) in zip(original, changed).enumerated() { compare(pair.0, pair.1, at: "\(path)/\(index)") }
        case (let original as String, let changed as String): compare(original, changed, path)
        default:
            if "\(original)" != "\(changed)" { complaints.append("\(path): \(original) \(changed)") }
        }
    }

    private mutating func compare(_ original: String, _ changed: String, _ path: String) {
        let (left, right) = (Self.parts(original), Self.parts(changed))
        guard left.words == right.words else {
            complaints.append("\(path): \(original) | \(changed)")
            return
        }
        for (from, to) in zip(left.addresses, right.addresses) {
            if standIns.updateValue(to, forKey: from) ?? to != to {
                complaints.append("\(path): \(from) is also \(to)")
            }
            if originals.updateValue(from, forKey: to) ?? from != from {
                complaints.append("\(path): \(to) is also for \(from)")
            }
        }
    }

    /// The addresses of a text, each with the length behind it, and the text between them; comments are left out.
    private static func parts(_ text: String) -> (words: [String], addresses: [String]) {
        let bare = text.replacing(/--comment [^" ]\S*|(comment|prefix) "(?:[^"\\]|\\.)*"/, with: "(comment)")
            .replacing(/--comment \(comment\)|--\(comment\)/, with: "(comment)")
            .replacing(/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/, with: "(hardware)")
            .replacing(/(?:\d{1,3}[-_]){3}\d{1,3}/, with: "(name)")
        let pattern =
            /(?:\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|(?:(?:[0-9a-f]{1,4}:)+:?|::)(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?)(?:\/\d+)?/
        let matches = bare.matches(of: pattern).filter { IPAddress(String($0.0.prefix { $0 != "/" })) != nil }
        var words: [String] = []
        var end = bare.startIndex
        for match in matches {
            words.append(String(bare[end..<match.range.lowerBound]))
            end = match.range.upperBound
        }
        return (words + [String(bare[end...])], matches.map { String($0.0) })
    }
}
