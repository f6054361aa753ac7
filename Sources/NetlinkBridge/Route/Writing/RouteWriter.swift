internal import CShims
internal import Glibc

/// Makes links, addresses and routes through rtnetlink, in the network namespace of the calling thread.
///
/// Every function throws a `SystemError` where no socket can be opened, and a `NetlinkError` where the kernel refuses:
/// CAP_NET_ADMIN is needed.
public enum RouteWriter {
    /// Makes a pair of virtual Ethernet links that are tied together; neither is up.
    ///
    /// Where one end goes, with its namespace or because it is removed, the other one goes with it.
    ///
    /// `near` is the end in the calling thread's namespace, `far` the one in `namespace`.
    public static func makePair(_ near: VirtualEnd, _ far: VirtualEnd, in namespace: NetworkNamespace) throws {
        var request = link(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL)
        request.append(near)
        request.appendNested(UInt32(IFLA_LINKINFO)) { info in
            info.append(UInt32(IFLA_INFO_KIND), name: "veth")
            info.appendNested(UInt32(IFLA_INFO_DATA)) { data in
                var peer = NetlinkRequest(type: 0, flags: 0, header: emptyLink)
                peer.append(far)
                peer.append(UInt32(IFLA_NET_NS_FD), hostBytes(namespace.number))
                data.append(UInt32(VETH_INFO_PEER), peer.payload)
            }
        }
        try send(request, "make the virtual link \(near.name)")
    }

    /// Switches a link on, as a port of a bridge where one is given.
    public static func switchOn(_ link: InterfaceIndex, of bridge: InterfaceIndex? = nil) throws {
        var header = emptyLink
        header.replaceSubrange(4..<8, with: hostBytes(link.number))
        // struct ifinfomsg: the flags, and which of them are meant.
        header.replaceSubrange(8..<16, with: hostBytes(UInt32(IFF_UP)) + hostBytes(UInt32(IFF_UP)))
        var request = NetlinkRequest(type: UInt16(RTM_NEWLINK), flags: 0, header: header)
        if let bridge { request.append(UInt32(IFLA_MASTER), hostBytes(bridge.number)) }
        try send(request, "switch interface \(link.number) on")
    }

    /// Removes the link of a name.
    public static func remove(_ name: KernelName) throws {
        var request = link(RTM_DELLINK, 0)
        request.append(UInt32(IFLA_IFNAME), name: name)
        try send(request, "remove the link \(name)")
    }

    /// Gives a link an address, which can be used at once: nobody is asked whether it is taken.
    public static func add(_ address: IPAddress, length: Int, to link: InterfaceIndex) throws {
        var request = NetlinkRequest(
            type: UInt16(RTM_NEWADDR),
            flags: NLM_F_CREATE | NLM_F_EXCL,
            header: [address.family.kernelValue, UInt8(length), UInt8(IFA_F_NODAD), 0] + hostBytes(link.number)
        )
        request.append(UInt32(IFA_LOCAL), address.networkBytes)
        request.append(UInt32(IFA_ADDRESS), address.networkBytes)
        try send(request, "give interface \(link.number) the address \(address)")
    }

    /// Adds a route to the main table: through a gateway, or to what is on the link itself.
    public static func add(_ destination: Prefix, through gateway: IPAddress? = nil, by link: InterfaceIndex) throws {
        // struct rtmsg: family, lengths of destination and source, TOS, table, protocol, scope, type, flags.
        let scope = gateway == nil ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE
        let header: [UInt8] = [
            destination.address.family.kernelValue, UInt8(destination.length), 0, 0, UInt8(RT_TABLE_MAIN.rawValue),
            UInt8(RTPROT_STATIC), UInt8(scope.rawValue), UInt8(RTN_UNICAST),
        ]
        var request = NetlinkRequest(
            type: UInt16(RTM_NEWROUTE),
            flags: NLM_F_CREATE | NLM_F_EXCL,
            header: header + hostBytes(UInt32(gateway == nil ? 0 : Int(RTNH_F_ONLINK)))
        )
        if destination.length > 0 { request.append(RTA_DST.rawValue, destination.address.networkBytes) }
        if let gateway { request.append(RTA_GATEWAY.rawValue, gateway.networkBytes) }
        request.append(RTA_OIF.rawValue, hostBytes(link.number))
        try send(request, "add the route to \(destination)")
    }

    private static let emptyLink = [UInt8](repeating: 0, count: MemoryLayout<ifinfomsg>.size)

    private static func link(_ type: Int, _ flags: Int32) -> NetlinkRequest {
        NetlinkRequest(type: UInt16(type), flags: flags, header: emptyLink)
    }

    static func send(_ request: NetlinkRequest, _ operation: String) throws {
        var socket = try NetlinkSocket(.route)
        // Past any log: a change is no question.
        try socket.ask(request, operation: operation) { _, _ in }
    }
}

/// One end of a pair of virtual Ethernet links.
public struct VirtualEnd: Hashable, Sendable {
    /// The link's name.
    public let name: KernelName
    /// Its Ethernet address, six bytes.
    public let hardware: [UInt8]

    /// Names an end; its hardware address is one that is administered locally, made of a number.
    public init(_ name: KernelName, number: UInt32) {
        self.name = name
        // IEEE 802: the second bit of the first byte marks an address that no maker has given out. A bridge takes the lowest
        // address among its ports for its own, which its hosts would go on asking for when the port is gone.
        hardware = [0xFE, 0x4E] + networkBytes(number)
    }
}

extension NetlinkRequest {
    fileprivate mutating func append(_ end: VirtualEnd) {
        append(UInt32(IFLA_IFNAME), name: end.name)
        append(UInt32(IFLA_ADDRESS), end.hardware)
    }
}
