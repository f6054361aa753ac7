public import NetlinkBridge

/// One server's line in a probe's report: `probes[].servers[]` of the contract.
public struct ServerReport: Hashable, Sendable {
    /// The server as it was named, `HOST:PORT`.
    public let server: String
    /// The address and port that were asked; nil where the name has none.
    public let address: Endpoint?
    /// Where the server saw the socket; nil where it did not say.
    public let mapped: Endpoint?
    /// The address and port in this host's conntrack entry for the flow; nil where none was read.
    public let translatedHere: Endpoint?
    /// The round trip in milliseconds; nil where there was no answer, or more than one request.
    public let rttMilliseconds: Double?
    /// What the server calls itself, escaped and cut to 128 bytes; nil where it does not say.
    public let software: String?
    /// Why there is no mapped address; nil where there is one.
    public let error: String?
    /// Tells whether a server that was to be asked left all requests unanswered.
    public let isSilent: Bool

    /// Reports one server of a transcript.
    public init(_ server: ServerTranscript, translatedHere: Endpoint?) {
        self.server = server.name.description
        address = server.endpoint
        mapped = server.answer?.mapped
        self.translatedHere = translatedHere
        // Hundredths: a socket's timing says no more.
        rttMilliseconds = server.answer?.roundTrip.map { ($0 / .milliseconds(1) * 100).rounded() / 100 }
        software = server.answer?.software.map { escapedForDisplay($0.prefix(128)) }
        error = server.failure?.description
        if case .binding(.silence) = server.failure { isSilent = server.isNamed } else { isSilent = false }
    }
}

extension ServerReport: Codable {
    private enum CodingKeys: String, CodingKey {
        case server, address, mapped, translatedHere, rttMilliseconds, software, error, silent
    }

    /// Reads what `encode(to:)` wrote; `address` and `software` may be missing.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        server = try values.decode(String.self, forKey: .server)
        address = try values.contains(.address) ? values.decodeText(Endpoint.self, .address) : nil
        mapped = try values.decodeText(Endpoint.self, .mapped)
        translatedHere = try values.decodeText(Endpoint.self, .translatedHere)
        rttMilliseconds = try values.decode(Double?.self, forKey: .rttMilliseconds)
        software = try values.decodeIfPresent(String.self, forKey: .software)
        error = try values.decode(String?.self, forKey: .error)
        isSilent = try values.decodeIfPresent(Bool.self, forKey: .silent) ?? false
    }

    /// Writes every key, null where there is nothing.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(server, forKey: .server)
        try values.encode(address?.description, forKey: .address)
        try values.encode(mapped?.description, forKey: .mapped)
        try values.encode(translatedHere?.description, forKey: .translatedHere)
        try values.encode(rttMilliseconds, forKey: .rttMilliseconds)
        try values.encode(software, forKey: .software)
        try values.encode(error, forKey: .error)
        try values.encode(isSilent, forKey: .silent)
    }
}
