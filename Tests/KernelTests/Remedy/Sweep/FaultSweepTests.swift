import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// What changes a host, where any of its system calls fails.
///
/// The exit status and the kernel's state never disagree: 0 is done, and everything else is as before, or the one line says
/// what is not.
struct FaultSweepTests {
    /// How many points there are: `NATAUDIT_FAULTS`, or a few.
    private static let points = ProcessInfo.processInfo.environment["NATAUDIT_FAULTS"].flatMap { Int($0) } ?? 48

    /// The calls, and the errors that the kernel may give for them.
    private static let faults: [String: [String]] = [
        "socket": ["ENOBUFS", "ENOMEM", "EPERM"],
        "bind": ["ENOMEM", "EPERM"],
        "sendto": ["EINTR", "ENOBUFS", "ENOMEM", "EAGAIN", "EPERM"],
        "sendmsg": ["EINTR", "ENOBUFS", "ENOMEM", "EAGAIN", "EPERM"],
        "sendmmsg": ["EINTR", "ENOBUFS", "ENOMEM", "EAGAIN", "EPERM"],
        "recvfrom": ["EINTR", "ENOBUFS", "ENOMEM", "EAGAIN"],
        "recvmsg": ["EINTR", "ENOBUFS", "ENOMEM", "EAGAIN"],
        "recvmmsg": ["EINTR", "ENOBUFS", "ENOMEM", "EAGAIN"],
        "poll": ["EINTR", "ENOMEM"],
        "ppoll": ["EINTR", "ENOMEM"],
        "setsockopt": ["ENOBUFS", "ENOMEM", "EPERM"],
        "getsockopt": ["ENOBUFS", "ENOMEM", "EPERM"],
        "getsockname": ["ENOBUFS"],
        "flock": ["EINTR", "ENOLCK", "ENOMEM"],
        "mkdir": ["EPERM", "ENOSPC", "ENOMEM"],
        "openat": ["EINTR", "ENOMEM", "EPERM", "ENOSPC"],
        "read": ["EINTR", "ENOMEM", "EPERM"],
        "write": ["EINTR", "EAGAIN", "ENOMEM", "EPERM", "ENOSPC"],
        "fsync": ["EINTR", "EIO", "ENOSPC"],
        "rename": ["ENOMEM", "EPERM", "ENOSPC"],
        "unlink": ["ENOMEM", "EPERM"],
        "fchmod": ["EPERM"],
        "chmod": ["EPERM"],
        "fstat": ["ENOMEM"],
        "newfstatat": ["ENOMEM"],
        "symlinkat": ["ENOSPC", "EPERM"],
        "renameat": ["ENOSPC", "EPERM"],
        "unlinkat": ["EPERM"],
        "rmdir": ["EPERM"],
        "readlinkat": ["ENOMEM"],
        "unshare": ["ENOSPC", "EPERM"],
        "setns": ["ENOMEM", "EPERM"],
        "clone": ["EAGAIN", "ENOMEM"],
        "clone3": ["EAGAIN", "ENOMEM"],
        "memfd_create": ["ENFILE", "ENOMEM"],
        "socketpair": ["ENFILE", "ENOMEM"],
        "pidfd_open": ["ENFILE", "ENOMEM"],
        "pidfd_send_signal": ["EPERM"],
        "waitid": ["EINTR"],
    ]

    @Test(arguments: SweepScene.allCases)
    func statusAndKernelNeverDisagree(_ scene: SweepScene) async throws {
        try await inTurn {
            let sweep = try SweepLab(scene)
            let all = Self.points(sweep)
            let count = min(all.count, Self.points / SweepScene.allCases.count)
            for index in 0..<count { try Self.fail(sweep, all[index * all.count / count]) }
            if Self.points > 100 { print("fault sweep: \(scene.rawValue), \(count) of \(all.count) points") }
        }
    }

    /// Each call that is the program's own, with each of its errors, as strace(1) names them.
    private static func points(_ sweep: SweepLab) -> [String] {
        var counts: [String: Int] = [:]
        var points: [String] = []
        for (index, call) in sweep.calls.enumerated() {
            counts[call, default: 0] += 1
            guard index + 1 >= sweep.firstCall, let errors = faults[call], let number = counts[call] else { continue }
            points += errors.map { "\(call):error=\($0):when=\(number)" }
        }
        return points
    }

    private static func fail(_ sweep: SweepLab, _ injection: String) throws {
        let point = "\(sweep.scene.rawValue), \(injection)"
        try sweep.prepare()
        let begin = ContinuousClock.now
        let run = try sweep.run(injecting: injection)
        #expect(ContinuousClock.now - begin < .seconds(10), "\(point)")
        let now = try sweep.image()
        let said = "\(point): \(run.status) \(run.errors) \(run.output)"
        if run.status == 0 {
            #expect(now == sweep.end, "\(said) \(now.differences(from: sweep.end))")
        } else {
            #expect([1, 2].contains(run.status), "\(said)")
            let isSaid =
                run.errors.contains("`nataudit undo` tries it again")
                || run.errors.contains("it is not known whether the trial is kept")
                || now.host == sweep.end.host
                    && run.errors.contains(sweep.scene.isUndo ? "the fix is undone" : "the fix is applied")
            #expect(now == sweep.start || isSaid, "\(said) \(now.differences(from: sweep.start))")
            let isChanged = now.host != sweep.old.host || now.etc != sweep.old.etc
            #expect(!now.state.isEmpty == isChanged || run.errors.contains("nataudit undo"), "\(said)")
            let lines = run.errors.split(separator: "\n").filter { line in
                !["asking ", "looking for an address", "a temporary client"].contains { line.hasPrefix($0) }
            }
            // Each thread counts its own calls: where another one's first is met too, that may be the line itself.
            let isUnwritten = lines.isEmpty && injection.hasPrefix("write:") && injection.hasSuffix(":when=1")
            #expect(lines.count == 1 || isUnwritten || lines.isEmpty && run.output.contains("notes"), "\(said)")
        }
        try sweep.putBack(point)
    }
}
