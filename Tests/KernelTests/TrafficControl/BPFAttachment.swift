/// Attaches a program of two instructions to a link and runs a command beside it: what it is given is a prefix for
/// `Program`, for the program goes with the process that attached it (but for a filter, which stays).
enum BPFAttachment: String, CaseIterable, Sendable {
    case xdp
    case tcxIngress
    case tcxEgress
    case filter

    /// The command that attaches a program of this name and starts what follows.
    func prefix(link: String, name: String) -> [String] { ["python3", "-c", Self.script, rawValue, link, name] }

    /// bpf(2) has no program of its own that is installed everywhere, and tc(8) wants a compiler's object file.
    private static let script = """
        import ctypes, os, platform, socket, struct, subprocess, sys
        kind, link, name = sys.argv[1:4]
        index = socket.if_nametoindex(link)
        libc = ctypes.CDLL(None, use_errno=True)
        number = {"x86_64": 321, "aarch64": 280}[platform.machine()]

        def bpf(command, attributes):
            buffer = ctypes.create_string_buffer(attributes.ljust(128, b"\\0"), 128)
            result = libc.syscall(number, command, buffer, 128)
            if result < 0:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), kind)
            return result

        # A name of the kernel has letters, digits and underscores only.
        # r0 = VALUE; exit: XDP_PASS is 2, TC_ACT_UNSPEC is -1, which goes on as if nothing were there.
        value, type = (2, 6) if kind == "xdp" else (-1, 3)
        code = ctypes.create_string_buffer(struct.pack("=BBhiBBhi", 0xB7, 0, 0, value, 0x95, 0, 0, 0), 16)
        license = ctypes.create_string_buffer(b"GPL")
        addresses = ctypes.addressof(code), ctypes.addressof(license)
        program = bpf(5, struct.pack("=IIQQIIQII16s", type, 2, *addresses, 0, 0, 0, 0, 0, name.split("-")[0].encode()[:15]))
        points = {"xdp": 37, "tcxIngress": 46, "tcxEgress": 47}
        if kind in points:
            bpf(28, struct.pack("=IIII", program, index, points[kind], 0))
        else:
            def attribute(type, value):
                return struct.pack("=HH", 4 + len(value), type) + value + b"\\0" * (-len(value) % 4)

            options = attribute(6, struct.pack("=I", program)) + attribute(7, name.encode() + b"\\0")
            options += attribute(8, struct.pack("=I", 1))
            header = struct.pack("=BxxxiIII", 0, index, 0, 0xFFFFFFF3, 1 << 16 | socket.htons(3))
            body = header + attribute(1, b"bpf\\0") + attribute(2, options)
            route = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
            # RTM_NEWTFILTER with NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE and NLM_F_EXCL.
            route.send(struct.pack("=IHHII", 16 + len(body), 44, 0x605, 1, 0) + body)
            code = struct.unpack_from("=i", route.recv(4096), 16)[0]
            if code:
                raise OSError(-code, os.strerror(-code), kind)
        sys.exit(subprocess.call(sys.argv[4:]))
        """
}
