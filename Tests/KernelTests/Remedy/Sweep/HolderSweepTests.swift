import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// The process that holds a trial, met by a signal or an error at any of its system calls: while it begins the trial, and while
/// it is asked to keep it.
struct HolderSweepTests {
    /// How many points there are: a sixth of `NATAUDIT_KILLS`, or a few.
    private static let points =
        ProcessInfo.processInfo.environment["NATAUDIT_KILLS"].flatMap { Int($0) }.map { $0 / 6 } ?? 8

    /// What is done to it.
    private static let blows = [
        "signal=KILL", "signal=TERM", "signal=HUP", "signal=INT", "signal=PIPE", "error=ENOMEM", "error=EPERM",
    ]

    /// The command during which it is met.
    enum Moment: String, CaseIterable {
        case begin, keep

        /// More calls than it makes then, by a few: what a call later than those does is seen too.
        var calls: Int { self == .begin ? 24 : 16 }
    }

    @Test(arguments: Moment.allCases)
    func whateverBecomesOfItTheHostIsOldOrPlanned(_ moment: Moment) async throws {
        try await inTurn {
            let sweep = try SweepLab(moment == .begin ? .undoTrial : .keep)
            let count = Self.points / Moment.allCases.count
            for index in 0..<count {
                let blow = Self.blows[(index + (moment == .keep ? count : 0)) % Self.blows.count]
                let call = 1 + index * moment.calls / count
                let point = "holder, \(moment.rawValue), \(blow) at call \(call)"
                let injection = "inject=all:\(blow):when=\(call)"
                let begin = ContinuousClock.now
                switch moment {
                case .begin: try Self.begin(sweep, injection, point)
                case .keep: try Self.keep(sweep, injection, point)
                }
                #expect(ContinuousClock.now - begin < .seconds(10), "\(point)")
                try sweep.putBack(point)
            }
            if Self.points > 50 { print("holder sweep: \(moment.rawValue), \(count) points") }
        }
    }

    /// Stops `fix` where the process is there and waits for its order, and disturbs what that does next.
    private static func begin(_ sweep: SweepLab, _ injection: String, _ point: String) throws {
        let lab = sweep.lab
        // The undo record is written between the two.
        let fix = try sweep.start(sweep.scene.arguments(.trial, lab), injecting: "rename:signal=STOP:when=1")
        let number = try fix.numberOnceStopped()
        // What stood still for another reason goes on by itself.
        for _ in 0..<500 where try lab.holders().isEmpty { usleep(10_000) }
        let tracer = try trace(try #require(try lab.holders().first, "\(point)"), injection, lab)
        let status = try #require(try fix.statusOnceGoingOn(number), "\(point) hangs")
        tracer.end()
        let errors = String(decoding: try fix.errors(), as: UTF8.self)
        let now = try settled(sweep)
        // Where it was met after its answer, the kernel has taken the trial back, and the next command says so.
        #expect(now.host == sweep.old.host || status == 0 && now == sweep.start, "\(point): \(status) \(errors)")
        #expect([0, 1, 2].contains(status), "\(point): \(status) \(errors)")
    }

    private static func keep(_ sweep: SweepLab, _ injection: String, _ point: String) throws {
        try sweep.prepare()
        let lab = sweep.lab
        let tracer = try trace(try lab.holder(), injection, lab)
        let run = try lab.keep()
        tracer.end()
        let now = try settled(sweep)
        switch run.status {
        case 0: #expect(now == sweep.end, "\(point): \(now.differences(from: sweep.end))")
        case 1:
            #expect(now.host == sweep.old.host && run.errors.contains("the trial is over"), "\(point): \(run.errors)")
        default: Issue.record("\(point): \(run.status) \(run.errors)")
        }
    }

    /// Traces a process from now on.
    private static func trace(_ process: String, _ injection: String, _ lab: FixLab) throws -> ChildProcess {
        // In another namespace, so that it is not taken for what the command left.
        let tracer = try LabTool.start(
            ["strace", "-qqq", "-o", "/dev/null", "-e", injection, "-p", process],
            in: lab.lab.servers.namespace
        )
        let status = URL(filePath: "/proc/\(process)/status")
        while (try? String(contentsOf: status, encoding: .utf8))?.contains("TracerPid:\t0\n") ?? false {
            // Where the process has ended at once, its tracer has too.
            if try tracer.status(within: .milliseconds(2)) != nil { break }
        }
        return tracer
    }

    /// The host once the process is gone, where it is about to go.
    private static func settled(_ sweep: SweepLab) throws -> SweepImage {
        for _ in 0..<200 where try sweep.lab.isHeld() == sweep.lab.holders().isEmpty { usleep(10_000) }
        return try sweep.image()
    }
}
