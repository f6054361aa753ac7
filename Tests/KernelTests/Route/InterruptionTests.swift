import Dispatch
import Foundation
import NetlinkBridge
import Testing

struct InterruptionTests {
    @Test func aListThatChangesWhileItIsReadIsRefused() throws {
        let namespace = try NetworkNamespace.make()
        // More addresses than fit one datagram, so that the kernel has to pause between two of them.
        try NamespaceTool.run(
            """
            ip link set lo up
            for a in 0 1 2 3; do for b in $(seq 250); do echo address add 10.0.$a.$b/32 dev lo; done; done \
                | ip -batch -
            """,
            in: namespace
        )
        let stop = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        let stopped = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            _ = try? Self.change(namespace, until: stop.path)
            stopped.signal()
        }
        defer {
            #expect(FileManager.default.createFile(atPath: stop.path, contents: nil))
            stopped.wait()
            try? FileManager.default.removeItem(at: stop)
        }
        var interruptions = 0
        var whole = 0
        while interruptions == 0, whole < 5_000 {
            do {
                // What is not refused is whole: the thousand, lo's own two, and perhaps the one more.
                let count = try namespace.perform { try RouteReader.addresses().count }
                #expect((1_002...1_003).contains(count))
                whole += 1
            } catch let error as NetlinkError where error.isInterruption {
                interruptions += 1
            }
        }
        #expect(interruptions == 1, "\(whole) readings were not disturbed")
    }

    /// Adds and removes one more address until the file exists.
    private static func change(_ namespace: NetworkNamespace, until path: String) throws {
        try NamespaceTool.run(
            """
            while [ ! -e '\(path)' ]; do
                echo address add 10.9.9.9/32 dev lo
                echo address del 10.9.9.9/32 dev lo
            done | ip -batch -
            """,
            in: namespace
        )
    }
}
