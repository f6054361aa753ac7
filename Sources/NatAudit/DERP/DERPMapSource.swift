internal import NetlinkBridge

/// Where a DERP map is: a file, or an address of the web.
public struct DERPMapSource: Hashable, Sendable {
    /// The path or URL, as the user named it.
    public let location: String

    /// Names a place.
    public init(_ location: String) { self.location = location }

    /// What a file may have at most; Tailscale's own map has 60 kB.
    private static let limit = 4 << 20

    /// How long fetching may take.
    private static let patience: Duration = .seconds(15)

    /// Where curl(1) is, which fetches: TLS with the system's certificates, proxies and redirects are its trade.
    private static let fetchers = ["/usr/bin/curl", "/bin/curl"]

    /// Reads the map.
    ///
    /// - Throws: `SystemError` where the file cannot be read, `DERPMapError` where there is no map.
    public func read() throws -> DERPMap {
        try DERPMap(decoding: isOfTheWeb ? fetch() : readFile(location, limit: Self.limit))
    }

    private var isOfTheWeb: Bool { location.hasPrefix("https://") || location.hasPrefix("http://") }

    private func fetch() throws -> [UInt8] {
        guard let program = Self.fetchers.first(where: { isExecutable($0) }) else {
            throw DERPMapError.notFetched("curl is needed to fetch it: install curl, or name a file that holds the map")
        }
        let arguments = [
            "curl", "--disable", "--silent", "--show-error", "--fail", "--location", "--proto", "=http,https",
            "--max-time",
            "10", "--max-filesize", "\(Self.limit)", "--limit-rate", "2M", "--", location,
        ]
        let kept = ["HTTPS_PROXY", "https_proxy", "http_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "SSL_CERT_FILE"]
        let environment = kept.compactMap { name in environmentVariable(name).map { "\(name)=\($0)" } }
        let child = try ChildProcess(path: program, arguments: arguments, environment: environment)
        guard let status = try child.status(within: Self.patience) else {
            throw DERPMapError.notFetched("there was no answer within \(secondsText(Self.patience))")
        }
        guard status == 0 else {
            let words = try child.errors().prefix { $0 != 10 }.prefix(200)
            throw DERPMapError.notFetched(escapedForDisplay(words))
        }
        let bytes = try child.output()
        guard bytes.count <= Self.limit else { throw DERPMapError.notFetched("it has more than 4 MiB") }
        return bytes
    }
}
