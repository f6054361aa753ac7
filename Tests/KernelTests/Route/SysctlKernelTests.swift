import NetlinkBridge
import Testing

struct SysctlKernelTests {
    @Test func writingChangesThatNamespaceOnly() throws {
        let changed = try NetworkNamespace.make()
        let untouched = try NetworkNamespace.make()
        let forwarding = try Sysctl("net.ipv4.ip_forward")
        let outside = try forwarding.read()
        let before = try untouched.perform { try forwarding.read() }
        let wanted = before == "1" ? "0" : "1"
        try changed.perform { try forwarding.write(wanted) }
        #expect(try changed.perform { try forwarding.read() } == wanted)
        #expect(try NamespaceTool.lines("cat /proc/sys/net/ipv4/ip_forward", in: changed) == [wanted])
        #expect(try untouched.perform { try forwarding.read() } == before)
        #expect(try forwarding.read() == outside)
    }

    @Test func anInterfaceWithADotInItsNameIsFound() throws {
        let namespace = try NetworkNamespace.make()
        try NamespaceTool.run("ip link add lan0.7 type veth peer name peer0", in: namespace)
        let filter = try Sysctl(["net", "ipv4", "conf", "lan0.7", "rp_filter"])
        try namespace.perform { try filter.write("2") }
        let path = "/proc/sys/net/ipv4/conf/lan0.7/rp_filter"
        #expect(try NamespaceTool.lines("cat \(path)", in: namespace) == ["2"])
        // The interface is not in the namespace that the test runs in.
        #expect(try filter.read() == nil)
    }

    @Test func whiteSpaceInsideAValueIsKept() throws {
        let namespace = try NetworkNamespace.make()
        let range = try Sysctl("net.ipv4.ip_local_port_range")
        try namespace.perform { try range.write("40000 40100") }
        #expect(try namespace.perform { try range.read() } == "40000\t40100")
    }

    @Test func aValueThatTheKernelRefusesIsAnErrorThatNamesTheFile() throws {
        let namespace = try NetworkNamespace.make()
        let error = #expect(throws: SystemError.self) {
            try namespace.perform { try Sysctl("net.ipv4.ip_local_port_range").write("yes") }
        }
        #expect(error?.operation == "write \"yes\" to /proc/sys/net/ipv4/ip_local_port_range")
        #expect(error?.name == "EINVAL")
    }
}
