import NetlinkBridge
import Testing

struct SysctlNameTests {
    @Test func dottedAndSlashedNamesAreThoseOfSysctl() throws {
        // sysctl.d(5): the first separator decides; the other one stands for itself or is swapped.
        #expect(try Sysctl("net.ipv4.ip_forward").path == "/proc/sys/net/ipv4/ip_forward")
        #expect(try Sysctl("net/ipv4/ip_forward") == Sysctl("net.ipv4.ip_forward"))
        let vlan = "/proc/sys/net/ipv4/conf/eth0.100/forwarding"
        #expect(try Sysctl("net/ipv4/conf/eth0.100/forwarding").path == vlan)
        #expect(try Sysctl("net.ipv4.conf.eth0/100.forwarding").path == vlan)
        #expect(try Sysctl(["net", "ipv4", "conf", "eth0.100", "forwarding"]).path == vlan)
    }

    @Test(arguments: ["", ".", "..", "../../etc", "a/b"])
    func aNameThatLeavesItsFolderIsRefused(_ name: String) {
        #expect(throws: SystemError.self) {
            try Sysctl(["net", "ipv4", "conf", KernelName(name), "forwarding"])
        }
    }

    @Test func textThatLeavesProcSysIsRefused() {
        for text in ["", "/proc/sys/net", "net/../../self/mem", "net..ipv4", "net.//.ipv4"] {
            #expect(throws: SystemError.self, "\(text)") { try Sysctl(text) }
        }
    }

    @Test func aParameterThatDoesNotExistHasNoValue() throws {
        #expect(try Sysctl("net.ipv4.no_such_parameter").read() == nil)
    }

    @Test func anErrorNamesTheFile() throws {
        let error = #expect(throws: SystemError.self) { try Sysctl("net.ipv4.no_such_parameter").write("1") }
        #expect(error?.operation == "write \"1\" to /proc/sys/net/ipv4/no_such_parameter")
        #expect(error?.name == "ENOENT")
    }
}
