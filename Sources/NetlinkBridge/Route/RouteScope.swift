internal import CShims

/// How far the destination of a route, or an address, is away (linux/rtnetlink.h, RT_SCOPE_*).
public struct RouteScope: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The kernel's number; a higher one is nearer.
    public let rawValue: UInt8
    /// Makes a scope from the kernel's number.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Anywhere, through a gateway.
    public static let universe = RouteScope(RT_SCOPE_UNIVERSE)
    /// Inside the site; no longer used by the kernel itself.
    public static let site = RouteScope(RT_SCOPE_SITE)
    /// On the link.
    public static let link = RouteScope(RT_SCOPE_LINK)
    /// On this host.
    public static let host = RouteScope(RT_SCOPE_HOST)
    /// A destination that does not exist.
    public static let nowhere = RouteScope(RT_SCOPE_NOWHERE)

    private init(_ scope: rt_scope_t) { rawValue = UInt8(truncatingIfNeeded: scope.rawValue) }

    /// The word that ip(8) uses, or the number.
    public var description: String {
        switch self {
        case .universe: "global"
        case .site: "site"
        case .link: "link"
        case .host: "host"
        case .nowhere: "nowhere"
        default: String(rawValue)
        }
    }
}

/// Who set a route up (linux/rtnetlink.h, RTPROT_*).
public struct RouteProtocol: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The kernel's number.
    public let rawValue: UInt8
    /// Makes a protocol from the kernel's number.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Not said.
    public static let unspecified = RouteProtocol(RTPROT_UNSPEC)
    /// An ICMP redirect.
    public static let redirect = RouteProtocol(RTPROT_REDIRECT)
    /// The kernel, from an interface's address.
    public static let kernel = RouteProtocol(RTPROT_KERNEL)
    /// Whoever did not say otherwise, `ip route add` among them.
    public static let boot = RouteProtocol(RTPROT_BOOT)
    /// The administrator.
    public static let `static` = RouteProtocol(RTPROT_STATIC)
    /// An IPv6 router advertisement.
    public static let routerAdvertisement = RouteProtocol(RTPROT_RA)
    /// A DHCP client.
    public static let dhcp = RouteProtocol(RTPROT_DHCP)
    /// The BIRD routing daemon.
    public static let bird = RouteProtocol(RTPROT_BIRD)
    /// A BGP daemon.
    public static let bgp = RouteProtocol(RTPROT_BGP)

    private init(_ number: Int32) { rawValue = UInt8(truncatingIfNeeded: number) }

    /// The word that ip(8) uses, or the number.
    public var description: String {
        switch self {
        case .unspecified: "unspec"
        case .redirect: "redirect"
        case .kernel: "kernel"
        case .boot: "boot"
        case .static: "static"
        case .routerAdvertisement: "ra"
        case .dhcp: "dhcp"
        case .bird: "bird"
        case .bgp: "bgp"
        default: String(rawValue)
        }
    }
}
