import NatAudit
import NetlinkBridge
import Testing

struct LabToolTests {
    @Test func aProgramRunsInsideTheNamespace() throws {
        let namespace = try NetworkNamespace.make()
        let inode = try LabTool.require(["readlink", "/proc/self/ns/net"], in: namespace)
        #expect(inode == "net:[\(namespace.identity.inode)]\n")
    }

    @Test func theExitCodeAndBothStreamsAreReturned() throws {
        let namespace = try NetworkNamespace.make()
        let run = try LabTool.run(["sh", "-c", "cat; echo no >&2; exit 3"], in: namespace, input: "yes\n")
        #expect(run.status == 3)
        #expect(run.output == "yes\n")
        #expect(run.errors == "no\n")
        let killed = try LabTool.run(["sh", "-c", "kill -TERM $$"], in: namespace)
        #expect(killed.status == 128 + 15)
    }

    @Test func muchInputAndOutputBlockNobody() throws {
        let text = String(repeating: "0123456789abcde\n", count: 100_000)
        #expect(try LabTool.require(["cat"], in: try NetworkNamespace.make(), input: text) == text)
    }

    @Test func aProgramThatFailsIsReportedInItsOwnWords() throws {
        let namespace = try NetworkNamespace.make()
        let error = try #require(throws: LabError.self) {
            try LabTool.require(["ip", "link", "show", "absent0"], in: namespace)
        }
        #expect(
            error.description
                == #"could not run ip link show absent0: Device "absent0" does not exist. (exit code 1)"#
        )
        #expect(throws: LabError.absent("nataudit-absent")) {
            try LabTool.run(["nataudit-absent"], in: namespace)
        }
    }

    @Test func aProgramThatHangsIsKilledWithWhatItStarted() throws {
        let namespace = try NetworkNamespace.make()
        let started = ContinuousClock.now
        #expect(throws: LabError.self) {
            try LabTool.run(["sh", "-c", "sleep 60 & sleep 60"], in: namespace, deadline: .milliseconds(100))
        }
        #expect(ContinuousClock.now - started < .seconds(10))
        let inode = "net:[\(namespace.identity.inode)]"
        var left = 0
        // A process that was killed leaves its namespace when it next runs, which may take a moment on a busy machine.
        repeat {
            let found = try LabTool.run(["sh", "-c", "ls -l /proc/[0-9]*/ns/net 2>/dev/null"], in: namespace)
            left = found.output.split(separator: "\n").filter { $0.hasSuffix(inode) }.count
        } while left > 2 && ContinuousClock.now - started < .seconds(30)
        // The listing itself (sh and ls) is inside, nothing else is.
        #expect(left <= 2)
    }

    @Test func aProgramLivesAsLongAsItsObject() throws {
        let namespace = try NetworkNamespace.make()
        let child = try LabTool.start(["sh", "-c", "echo ready; exec sleep 60"], in: namespace)
        #expect(try child.status(within: .milliseconds(300)) == nil)
        #expect(try child.output() == Array("ready\n".utf8))
        child.end()
        #expect(try child.status(within: .zero) == 128 + 9)
    }
}
