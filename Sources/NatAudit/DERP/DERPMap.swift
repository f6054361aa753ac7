internal import FoundationEssentials
internal import NetlinkBridge

/// The relays and STUN servers of a Tailscale or Coder deployment, as its clients are told them (tailscale
/// tailcfg/derpmap.go, `DERPMap`).
public struct DERPMap: Sendable {
    /// The STUN servers, region by region in the order of their numbers; one node stands for a region.
    public let servers: [STUNServerName]
    /// How many regions there are.
    public let regionCount: Int

    /// The most regions whose servers are asked: a verdict needs two, and a large deployment has dozens.
    public static let regionLimit = 16

    /// Reads a map.
    ///
    /// - Throws: `DERPMapError` where it is no such map, or names what cannot be asked.
    public init(decoding bytes: [UInt8]) throws(DERPMapError) {
        let file: File
        do {
            file = try JSONDecoder().decode(File.self, from: Data(bytes))
        } catch {
            throw .noMap
        }
        let regions = (file.Regions ?? [:]).values.compactMap(\.self).sorted { ($0.RegionID ?? 0) < ($1.RegionID ?? 0) }
        regionCount = regions.count
        var servers: [STUNServerName] = []
        var asked = 0
        for region in regions where region.NoMeasureNoHome != true && asked < Self.regionLimit {
            for node in (region.Nodes ?? []).compactMap(\.self) {
                let found = try node.servers()
                if found.isEmpty { continue }
                servers += found
                asked += 1
                break
            }
        }
        self.servers = servers
    }

    /// The parts of the file that matter here; Go writes its own names, and null for an empty list.
    private struct File: Decodable {
        let Regions: [String: Region?]?

        private enum CodingKeys: String, CodingKey {
            case Regions
        }

        init(from decoder: any Decoder) throws {
            // Null is Go's empty map; any other JSON without the key is something else.
            Regions = try decoder.container(keyedBy: CodingKeys.self).decode([String: Region?]?.self, forKey: .Regions)
        }
    }

    private struct Region: Decodable {
        let RegionID: Int?
        let NoMeasureNoHome: Bool?
        let Nodes: [Node?]?
    }

    private struct Node: Decodable {
        let Name: String?
        let HostName: String?
        let IPv4: String?
        let IPv6: String?
        let STUNPort: Int?
        let STUNTestIP: String?

        /// The servers that the node stands for: each family's address, or the host name where one is left to DNS; none where
        /// STUN is off.
        ///
        /// A family whose entry is neither empty nor an address is switched off (`none`, by convention).
        func servers() throws(DERPMapError) -> [STUNServerName] {
            let number = STUNPort ?? 0
            if number == -1 { return [] }
            guard let port = UInt16(exactly: number) else { throw .port(node: Name ?? HostName ?? "", number) }
            let wanted = port == 0 ? STUNServerName.defaultPort : port
            if let test = STUNTestIP.flatMap({ IPAddress($0) }) {
                return [STUNServerName(Endpoint(address: test, port: wanted))]
            }
            let entries = [(IPv4 ?? "", AddressFamily.ip), (IPv6 ?? "", AddressFamily.ip6)]
            var servers = entries.compactMap { text, family in
                IPAddress(text).flatMap {
                    $0.family == family ? STUNServerName(Endpoint(address: $0, port: wanted)) : nil
                }
            }
            if entries.contains(where: \.0.isEmpty), let host = HostName, !host.isEmpty {
                guard let name = STUNServerName("\(host):\(wanted)") else { throw .host(node: Name ?? "", host) }
                servers.append(name)
            }
            return servers
        }
    }
}

/// Why a DERP map cannot be used.
public enum DERPMapError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Not JSON, or not of that form.
    case noMap
    /// A node's STUN port is no port.
    case port(node: String, Int)
    /// A node's host name is none.
    case host(node: String, String)
    /// The map could not be fetched, with the reason.
    case notFetched(String)

    /// One clause.
    public var description: String {
        switch self {
        case .noMap: "it is no DERP map (JSON with \"Regions\")"
        case .port(let node, let number):
            "its node \(escapedForDisplay(node)) has STUNPort \(number), which is no port (-1 is off)"
        case .host(let node, let host):
            "its node \(escapedForDisplay(node)) has HostName \(escapedForDisplay(host)), which is none"
        case .notFetched(let reason): reason
        }
    }
}
