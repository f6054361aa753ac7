internal import CShims
internal import Glibc

/// A network interface as the kernel lists it (RTM_NEWLINK).
public struct Link: Hashable, Sendable {
    /// The interface's number in its namespace.
    public let index: InterfaceIndex
    /// The interface's name.
    public let name: KernelName
    /// The driver's word for what it is, such as `veth`, `bridge`, `wireguard`, `vrf`; nil for hardware and
    /// loopback.
    public let kind: KernelName?
    /// What it is and whether it is up.
    public let flags: Flags
    /// The largest packet that it sends, in bytes.
    public let mtu: UInt32
    /// The bridge, bond or VRF that it belongs to.
    public let master: InterfaceIndex?
    /// The interface that it is tied to: a veth's other end, a VLAN's or macvlan's lower device.
    public let lower: InterfaceIndex?
    /// The kernel's number for the namespace that `lower` is in; nil where that is this one.
    public let lowerNamespace: Int32?
    /// Whether packets can pass, as far as the driver knows.
    public let operationalState: OperationalState
    /// The kernel's number of the XDP program that sees the packets coming in; nil where there is none.
    ///
    /// 0 for one that is there but whose number the kernel does not tell (before 4.13).
    public let xdpProgram: UInt32?

    /// The flags that matter here, with the kernel's bits (linux/if.h, IFF_*); all others are kept.
    public struct Flags: OptionSet, Hashable, Sendable {
        /// The bits.
        public let rawValue: UInt32
        /// Makes a set from the kernel's bits.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Switched on by the administrator.
        public static let up = Flags(IFF_UP)
        /// Up and with a carrier: packets can pass.
        public static let running = Flags(IFF_RUNNING)
        /// The loopback interface.
        public static let loopback = Flags(IFF_LOOPBACK)
        /// A tunnel or other link with one other end.
        public static let pointToPoint = Flags(IFF_POINTOPOINT)

        private init(_ bits: some BinaryInteger) { rawValue = UInt32(truncatingIfNeeded: bits) }
    }

    /// The states of RFC 2863, as linux/if.h numbers them (IF_OPER_*).
    public enum OperationalState: Hashable, Sendable {
        /// The driver does not say: loopback, and many tunnels, that work nevertheless.
        case unknown
        case notPresent, down, lowerLayerDown, testing, dormant, up
        /// A state that is newer than this program.
        case other(UInt8)
    }

    /// The group that the administrator put it in; 0 where nobody did (IFLA_GROUP).
    public var group: UInt32 = 0
    /// The kind of its link layer, ARPHRD_*: 1 Ethernet, 772 loopback, 65534 none; nil where it was not read.
    public var layer: UInt16?

    /// The link layer's address (IFLA_ADDRESS), as long as the layer makes it; empty where there is none.
    public var hardwareAddress: [UInt8] = []

    /// The settings of `net.ipv4.conf` of the interface, by their number less one (IPV4_DEVCONF_* of linux/ip.h); empty where
    /// they were not read.
    public var settings: [UInt32] = []

    /// Makes a link from its parts.
    public init(
        index: InterfaceIndex,
        name: KernelName,
        kind: KernelName? = nil,
        flags: Flags = [.up, .running],
        mtu: UInt32 = 1500,
        master: InterfaceIndex? = nil,
        lower: InterfaceIndex? = nil,
        lowerNamespace: Int32? = nil,
        operationalState: OperationalState = .up,
        xdpProgram: UInt32? = nil
    ) {
        self.index = index
        self.name = name
        self.kind = kind
        self.flags = flags
        self.mtu = mtu
        self.master = master
        self.lower = lower
        self.lowerNamespace = lowerNamespace
        self.operationalState = operationalState
        self.xdpProgram = xdpProgram
    }
}

extension Link.OperationalState {
    /// The state that the kernel's number stands for.
    init(kernelValue: UInt8) {
        switch Int(kernelValue) {
        case IF_OPER_UNKNOWN: self = .unknown
        case IF_OPER_NOTPRESENT: self = .notPresent
        case IF_OPER_DOWN: self = .down
        case IF_OPER_LOWERLAYERDOWN: self = .lowerLayerDown
        case IF_OPER_TESTING: self = .testing
        case IF_OPER_DORMANT: self = .dormant
        case IF_OPER_UP: self = .up
        default: self = .other(kernelValue)
        }
    }
}
