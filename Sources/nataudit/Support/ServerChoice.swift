internal import ArgumentParser
internal import NatAudit
internal import NetlinkBridge

/// Which STUN servers are asked: those named on the command line or in a DERP map, else in NATAUDIT_STUN, else the default
/// ones.
struct ServerChoice {
    /// The servers; empty only for a map that has none.
    let servers: [STUNServerName]
    /// Tells whether the user named them, by whatever way.
    let byUser: Bool
    /// How they want to be asked.
    let form: STUNQuestion.Form

    /// Chooses.
    ///
    /// - Throws: `ValidationError` where NATAUDIT_STUN holds something that is no server, or both servers and a map are named;
    ///   `UnusableMap` where the map cannot be read.
    init(arguments: [STUNServerName], derpMap: String? = nil) throws {
        if let derpMap {
            guard arguments.isEmpty else {
                throw ValidationError("--derp-map and servers that are named contradict each other: name one of them")
            }
            do {
                (servers, byUser, form) = (try DERPMapSource(derpMap).read().servers, true, .tailnode)
            } catch {
                throw UnusableMap(location: derpMap, reason: "\(error)")
            }
            return
        }
        form = .bare
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

/// A DERP map that cannot be used.
struct UnusableMap: Error, CustomStringConvertible {
    let location: String
    let reason: String

    var description: String { "could not use the DERP map \(escapedForDisplay(location)): \(reason)" }
}

extension ArgumentHelp {
    /// What `--derp-map` does.
    static let derpMap = ArgumentHelp(
        "Ask the STUN servers of a Tailscale or Coder deployment, as its DERP map names them (at most \(DERPMap.regionLimit) regions).",
        valueName: "file|url"
    )
}
