internal import NetlinkBridge

/// Another address of this host from which the same way out can be tried.
enum SecondAddress {
    /// An address of the same family on the same interface, usable for new flows; nil where there is none.
    ///
    /// One of another interface would leave by another way, or be dropped for its source.
    ///
    /// - Throws: `SystemError` or `NetlinkError` where the kernel cannot be asked.
    static func beside(_ address: IPAddress) throws -> IPAddress? {
        let all = try RouteReader.addresses()
        guard let own = all.first(where: { $0.address == address }) else { return nil }
        let unusable: InterfaceAddress.Flags = [.deprecated, .tentative, .duplicate]
        return all.first { other in
            other.interface == own.interface && other.scope == own.scope && other.flags.isDisjoint(with: unusable)
                && other.address.family == address.family && other.address != address
        }?.address
    }
}
