internal import NetlinkBridge

/// The blocks that mean the same on every host, so that they tell nothing of one.
///
/// From the special-purpose address registries of IANA (RFC 6890), RFC 1918, RFC 4193, RFC 4291 and RFC 5771.
enum AddressClasses {
    /// Blocks of which only the insides are replaced, by other addresses of the same block.
    static func kinds(of family: AddressFamily) -> [Prefix] {
        blocks(family == .ip ? kinds4 : kinds6)
    }

    /// Blocks that stay as they are, with everything in them.
    static func constants(of family: AddressFamily) -> [Prefix] {
        blocks(family == .ip ? constants4 : constants6)
    }

    private static let kinds4 = [
        "0.0.0.0/0", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
        "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15", "224.0.0.0/4", "239.0.0.0/8",
        "240.0.0.0/4",
    ]

    private static let kinds6 = [
        "::/0", "::ffff:0:0/96", "64:ff9b::/96", "2000::/3", "2001::/32", "2001:db8::/32", "2002::/16", "3fff::/20",
        "fc00::/7", "fd00::/8", "fe80::/10", "fe80::/64", "ff00::/8", "ff02::/16", "ff02::1:ff00:0/104",
    ]

    /// This network and masks of the host's part, loopback, what clouds answer on the link, protocol assignments, routers
    /// and other groups of the link, masks of the network's part.
    private static let constants4 = [
        "0.0.0.0/8", "127.0.0.0/8", "169.254.169.123", "169.254.169.253", "169.254.169.254", "169.254.170.2",
        "192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/24", "255.0.0.0/8",
    ]

    /// The unspecified address and loopback; the groups with assigned numbers.
    private static let constants6 = ["::/127", "ff01::/112", "ff02::/112", "ff02::1:0/112", "ff05::/112"]

    private static func blocks(_ texts: [String]) -> [Prefix] { texts.compactMap { Prefix($0) } }
}
