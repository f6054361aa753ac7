internal import CShims

/// Makes packets arrive at an interface, as if its driver had received them.
///
/// An XDP program that lets everything pass is run on the frame, and is attached nowhere: nothing at the interface changes.
public final class FrameInjector: Sendable {
    private let program: Descriptor

    /// Loads the program.
    ///
    /// - Throws: `SystemError`, with `isPermission` without CAP_BPF and CAP_NET_ADMIN, or where bpf(2) is forbidden.
    public init() throws(SystemError) {
        program = Descriptor(
            owning: try checked(na_bpf_pass_program(), "load the BPF program with which a packet arrives")
        )
    }

    /// Lets an Ethernet frame arrive at an interface of the calling thread's namespace; the link layer of an interface without
    /// one is left out by the kernel.
    ///
    /// - Throws: `SystemError`: EINVAL where the kernel cannot (before Linux 5.18), ENODEV where there is no such interface.
    public func receive(_ frame: [UInt8], at interface: UInt32) throws(SystemError) {
        let result = unsafe frame.withUnsafeBytes { bytes in
            // Sound: the kernel reads `count` bytes of a buffer that outlives the call.
            unsafe na_bpf_receive(program.number, interface, bytes.baseAddress, bytes.count)
        }
        try checked(result, "let a packet arrive at interface \(interface)")
    }
}
