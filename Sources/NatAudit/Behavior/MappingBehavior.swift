internal import NetlinkBridge

/// How a NAT maps one internal address and port for several destinations (RFC 4787 section 4.1).
public enum MappingBehavior: String, Hashable, Sendable, CaseIterable, Codable {
    /// One external address and port for every destination.
    case endpointIndependent = "endpoint-independent"
    /// Another one for another destination address.
    case addressDependent = "address-dependent"
    /// Another one for another destination address or port.
    case addressAndPortDependent = "address-and-port-dependent"

    /// The behaviour of a NAT that showed different ports to different servers.
    ///
    /// It depends on the address alone where a server address that was asked on several ports saw one mapping
    /// on all of them; where none was, nothing tells the two apart, and the more restrictive one is named.
    static func ofDiffering(_ answers: [MappingSample.Answer]) -> MappingBehavior {
        let byAddress = Dictionary(grouping: answers, by: \.server.address)
        let severalPorts = byAddress.values.filter { Set($0.map(\.server.port)).count > 1 }
        let agree = severalPorts.allSatisfy { Set($0.map(\.mapped)).count == 1 }
        return !severalPorts.isEmpty && agree ? .addressDependent : .addressAndPortDependent
    }
}
