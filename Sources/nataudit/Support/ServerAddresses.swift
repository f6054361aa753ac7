internal import ArgumentParser
internal import NatAudit
internal import NetlinkBridge

/// An address to listen on, with the STUN port where no other is named.
struct ListenAddress: ExpressibleByArgument {
    let endpoint: Endpoint

    /// The address that `ADDRESS[:PORT]` stands for; nil is wrong usage.
    init?(argument: String) {
        if let endpoint = Endpoint(argument) {
            self.endpoint = endpoint
        } else if let endpoint = STUNServerName(argument)?.endpoint {
            self.endpoint = endpoint
        } else {
            return nil
        }
    }
}

/// An address of this host, and what the world knows it by.
struct PublicAddress: ExpressibleByArgument {
    let own: IPAddress
    let known: IPAddress

    /// What `ADDRESS=PUBLIC` says; nil is wrong usage.
    init?(argument: String) {
        let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let own = IPAddress(String(parts[0])), let known = IPAddress(String(parts[1])) else {
            return nil
        }
        self.own = own
        self.known = known
    }
}
