internal import ArgumentParser
internal import NatAudit
internal import NetlinkBridge

/// Which STUN servers are asked: those named on the command line, else in NATAUDIT_STUN, else the default
/// ones.
struct ServerChoice {
    /// The servers.
    let servers: [STUNServerName]
    /// Tells whether the user named them, by either way.
    let byUser: Bool

    /// Chooses.
    ///
    /// - Throws: `ValidationError` where NATAUDIT_STUN holds something that is no server.
    init(arguments: [STUNServerName]) throws {
        if !arguments.isEmpty {
            (servers, byUser) = (arguments, true)
            return
        }
        switch DefaultServers.parse(environmentVariable("NATAUDIT_STUN") ?? "") {
        case .success(let named) where !named.isEmpty: (servers, byUser) = (named, true)
        case .success: (servers, byUser) = (DefaultServers.all, false)
        case .failure(let unreadable):
            throw ValidationError(
                "NATAUDIT_STUN names \"\(escapedForDisplay(unreadable.text))\", which is not HOST[:PORT]"
            )
        }
    }
}
