internal import CShims
internal import Glibc

/// Asks bpf(2) for the programs at interfaces, in the network namespace of the calling thread.
public enum BPFPrograms {
    /// A point at an interface at which programs are attached without a queueing discipline.
    public enum Point: Hashable, Sendable, CaseIterable {
        /// Before netfilter sees what comes in, and after it has seen what goes out (Linux 6.6).
        case tcxIngress, tcxEgress
        /// At both ends of a netkit pair, asked of the end on the host's side (Linux 6.7).
        case netkitPrimary, netkitPeer

        fileprivate var kernelValue: UInt32 {
            switch self {
            case .tcxIngress: NA_BPF_TCX_INGRESS.rawValue
            case .tcxEgress: NA_BPF_TCX_EGRESS.rawValue
            case .netkitPrimary: NA_BPF_NETKIT_PRIMARY.rawValue
            case .netkitPeer: NA_BPF_NETKIT_PEER.rawValue
            }
        }
    }

    /// The kernel's numbers of the programs at a point, at most 64, as many as it takes there; empty where the kernel has
    /// no such point.
    ///
    /// - Throws: `SystemError`, with `isPermission` without CAP_NET_ADMIN, or where bpf(2) is forbidden altogether.
    public static func programs(at point: Point, of interface: InterfaceIndex) throws(SystemError) -> [UInt32] {
        let operation = "ask for the BPF programs of interface \(interface)"
        let question = KernelSource.programs(point.kernelValue, interface.number)
        let answer = try KernelSource.bytes(question, operation) { () throws(SystemError) in
            var programs = [UInt32](repeating: 0, count: 64)
            let count = unsafe programs.withUnsafeMutableBufferPointer { buffer in
                // Sound: the kernel writes at most `count` numbers into a buffer that outlives the call.
                unsafe na_bpf_query(interface.number, point.kernelValue, buffer.baseAddress, buffer.count)
            }
            // EINVAL: the kernel does not know the point, or the interface is none that has it. ENODEV: it has just
            // gone. ENOSYS: a kernel without bpf(2) runs no programs.
            if count == -Int(EINVAL) || count == -Int(ENODEV) || count == -Int(ENOSYS) { return [] }
            return programs.prefix(try checked(count, operation)).flatMap { hostBytes($0) }
        }
        return stride(from: 0, to: answer.count - 3, by: 4).prefix(64).map {
            UInt32(hostBytes: Array(answer[$0..<$0 + 4]))
        }
    }

    /// The first 15 bytes of a program's name; nil where it has none, has gone, or CAP_SYS_ADMIN is missing to ask.
    public static func name(of program: UInt32) -> KernelName? {
        let operation = "ask for the name of BPF program \(program)"
        let answer = try? KernelSource.bytes(KernelSource.programName(program), operation) {
            () throws(SystemError) in
            var name = [UInt8](repeating: 0, count: 16)
            let result = unsafe name.withUnsafeMutableBufferPointer { buffer in
                // Sound: the shim writes 16 bytes, which is the buffer's size.
                unsafe na_bpf_name(program, buffer.baseAddress)
            }
            try checked(result, operation)
            return name
        }
        return answer.map { KernelName(bytes: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
