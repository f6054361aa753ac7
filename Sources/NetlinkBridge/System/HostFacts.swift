internal import Glibc

/// What the machine says of itself, in files that everybody may read.
public enum HostFacts {
    /// The host's name.
    public static func name() -> String { text(ofSysctl: "kernel.hostname") }

    /// The kernel's release, such as `6.18.0`.
    public static func kernelRelease() -> String { text(ofSysctl: "kernel.osrelease") }

    /// What the firmware says of its maker and of the product (DMI); empty where there is no such thing.
    public static func firmware() -> [String] {
        ["sys_vendor", "product_name", "chassis_asset_tag"].compactMap { name in
            guard let bytes = try? ProcessFile.read("/sys/class/dmi/id/\(name)") else { return nil }
            return escapedForDisplay(bytes.prefix(128).prefix { $0 != 10 })
        }
    }

    /// The number of IPVS services in the calling thread's namespace; 0 where the kernel has no IPVS.
    public static func virtualServices() -> Int {
        guard let bytes = try? ProcessFile.read("/proc/thread-self/net/ip_vs") else { return 0 }
        // Three lines of heading, then one for each service and server.
        return max(0, bytes.split(separator: 10).count - 3)
    }

    /// How long conntrack keeps a UDP stream without traffic in the calling thread's namespace, in seconds; nil where it does
    /// not track, or does not say.
    public static func udpStreamTimeout() -> Int? {
        let value = try? Sysctl("net.netfilter.nf_conntrack_udp_timeout_stream").read()
        return value.flatMap { $0 }.flatMap { Int($0) }
    }

    private static func text(ofSysctl name: String) -> String {
        let value = try? Sysctl(name).read()
        return escapedForDisplay((value ?? nil) ?? "unknown")
    }
}
