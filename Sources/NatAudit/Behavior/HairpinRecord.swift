public import NetlinkBridge

/// What came of the hairpin test.
public struct HairpinRecord: Hashable, Sendable {
    /// The server that told the external address.
    public let server: Endpoint
    /// The own address and port of the socket that should be reached.
    public let local: Endpoint
    /// Where the server saw it; nil while it has not told.
    public var mapping: Result<BindingAnswer, BindingFailure>?
    /// Where one socket's message to the other came from; nil where none came.
    public var seenFrom: Endpoint?
    /// How the first socket's question to the other ended: nobody answers it, so that it ends in silence or an error.
    public var attempt: Result<BindingAnswer, BindingFailure>?

    init(server: Endpoint, local: Endpoint) {
        self.server = server
        self.local = local
    }

    /// Tells whether there is no external address to be reached by.
    var isUntranslated: Bool { (try? mapping?.get())?.mapped == local }

    /// Whether one inside socket reaches another by its external address, or why that is not known.
    public var isSupported: Result<Bool, Untested> {
        guard case .success = mapping else { return .failure(Untested("\(server) did not answer a fresh port")) }
        if isUntranslated { return .failure(Untested("there is no NAT that would have to turn packets around")) }
        if case .failure(.sendRefused(let error)) = attempt { return .failure(Untested("\(error)")) }
        return .success(seenFrom != nil)
    }
}
