internal import Glibc

/// Why a host name has no address.
public struct NameResolutionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name as it was asked for.
    public let name: String
    /// The resolver's reason, in its words.
    public let reason: String

    /// Makes an error.
    public init(name: String, reason: String) {
        self.name = name
        self.reason = reason
    }

    /// One sentence.
    public var description: String { "could not resolve \(escapedForDisplay(name)): \(reason)" }
}

/// Asks the system's resolver (getaddrinfo(3)) for the IPv4 and IPv6 addresses of a host, in the resolver's
/// order.
///
/// It blocks as long as the resolver does, which can be half a minute where name servers are silent, and it
/// asks from the network namespace of the calling thread.
public func addresses(ofHost name: String) throws(NameResolutionError) -> [IPAddress] {
    // Sound: the pointers in the hints stay nil, as getaddrinfo asks for; the list is freed once, after its
    // last use.
    var hints = unsafe addrinfo()
    unsafe hints.ai_family = AF_UNSPEC
    unsafe hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(name, nil, &hints, &list)
    guard code == 0 else { throw NameResolutionError(name: name, reason: resolverMessage(code)) }
    defer { unsafe freeaddrinfo(list) }

    var addresses: [IPAddress] = []
    var next = unsafe list
    while let entry = unsafe next {
        if let address = unsafe address(entry.pointee), !addresses.contains(address) {
            addresses.append(address)
        }
        unsafe next = entry.pointee.ai_next
    }
    return addresses
}

/// The address in one entry of the resolver's list; nil for a family that is neither IPv4 nor IPv6.
private func address(_ entry: addrinfo) -> IPAddress? {
    guard let base = unsafe UnsafeRawPointer(entry.ai_addr) else { return nil }
    let offset: Int?
    let count: Int
    switch unsafe (entry.ai_family, Int(entry.ai_addrlen)) {
    case (AF_INET, MemoryLayout<sockaddr_in>.size...):
        (offset, count) = (MemoryLayout<sockaddr_in>.offset(of: \.sin_addr), 4)
    case (AF_INET6, MemoryLayout<sockaddr_in6>.size...):
        (offset, count) = (MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr), 16)
    default: return nil
    }
    guard let offset else { return nil }
    // Sound: the entry has at least the size of its family's structure, of which these bytes are a part.
    let bytes = unsafe UnsafeRawBufferPointer(start: base + offset, count: count)
    return unsafe IPAddress(networkBytes: Array(bytes))
}

private func resolverMessage(_ code: Int32) -> String {
    // Sound: gai_strerror returns a constant string for every code.
    guard let text = unsafe gai_strerror(code) else { return "resolver error \(code)" }
    return unsafe String(cString: text).lowercased()
}
