import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// `fix` and `undo`, met by a signal at any of their system calls.
///
/// What comes next finds or makes one of the two states that are whole: the old one and the planned one.
struct KillSweepTests {
    /// How many points there are: `NATAUDIT_KILLS`, or a few.
    private static let points = ProcessInfo.processInfo.environment["NATAUDIT_KILLS"].flatMap { Int($0) } ?? 28

    /// What is done to the command; a stopped one goes on, or is killed.
    enum Blow: String, CaseIterable {
        case kill = "KILL"
        case terminate = "TERM"
        case hangUp = "HUP"
        case interrupt = "INT"
        case pipe = "PIPE"
        case stop = "STOP"
        case stopAndKill = "STOP, KILL"
    }

    @Test(arguments: SweepScene.allCases)
    func itIsOldOrPlannedAfterTheNextCommand(_ scene: SweepScene) async throws {
        try await inTurn {
            let sweep = try SweepLab(scene)
            let count = Self.points / SweepScene.allCases.count
            let range = sweep.firstCall...sweep.calls.count
            for index in 0..<count {
                let call = range.lowerBound + index * range.count / count
                let blow = Blow.allCases[index % Blow.allCases.count]
                // Each blow is followed by the one and by the other command.
                try Self.strike(sweep, blow, at: call, thenFix: index / Blow.allCases.count % 2 == 1)
            }
            if Self.points > 100 { print("kill sweep: \(scene.rawValue), \(count) points in \(range) calls") }
        }
    }

    private static func strike(_ sweep: SweepLab, _ blow: Blow, at call: Int, thenFix: Bool) throws {
        let point = "\(sweep.scene.rawValue), \(blow.rawValue) at call \(call), \(sweep.calls[call - 1])"
        try sweep.prepare()
        let run: (status: Int32, errors: String)
        switch blow {
        case .stop, .stopAndKill: run = try stop(sweep, at: call, thenKill: blow == .stopAndKill, point)
        default:
            let ended = try sweep.run(injecting: "all:signal=\(blow.rawValue):when=\(call)")
            run = (ended.status, ended.errors)
        }
        let now = try HostImage(sweep.lab.nat)
        #expect(now.foreignRules == sweep.old.foreignRules, "\(point): \(now.differences(from: sweep.start))")
        #expect([sweep.old.rules, sweep.planned.rules].contains(now.rules), "\(point)")
        #expect(now.links == sweep.old.links, "\(point)")
        if run.status == 0 {
            #expect(now == sweep.end, "\(point): \(now.differences(from: sweep.end))")
        } else if [1, 2].contains(run.status) {
            // It ended by itself: nothing is left to be done.
            #expect(now == sweep.start, "\(point): \(run.errors) \(now.differences(from: sweep.start))")
        } else {
            #expect(run.status == 128 + SIGKILL, "\(point): \(run.status) \(run.errors)")
        }
        if thenFix {
            let again = try sweep.lab.nataudit(sweep.scene.fix(sweep.lab))
            #expect(again.status == 0, "\(point): \(again.errors) \(again.output)")
            let fixed = try HostImage(sweep.lab.nat)
            #expect(fixed == sweep.planned, "\(point): \(fixed.differences(from: sweep.planned))")
        }
        try sweep.putBack(point)
    }

    /// Stops the command at a call, looks whether another one keeps away, and lets it go on or kills it.
    private static func stop(
        _ sweep: SweepLab,
        at call: Int,
        thenKill: Bool,
        _ point: String
    ) throws -> (status: Int32, errors: String) {
        let lab = sweep.lab
        // The shell becomes strace, and that the command: all have one number.
        let command = try LabTool.start(
            ["sh", "-c", #"echo $$ >&2; exec "$@""#, "sh"] + SweepLab.tracer("all:signal=STOP:when=\(call)")
                + [Program.path] + sweep.scene.arguments(lab),
            in: lab.nat.namespace,
            environment: lab.environment
        )
        let errors = { String(decoding: try command.errors(), as: UTF8.self) }
        var number: Int32?
        var status: Int32?
        for _ in 0..<5000 where status == nil {
            status = try command.status(within: .milliseconds(2))
            number = try errors().split(separator: "\n").first.flatMap { Int32($0) }
            if let number, isStopped(number) { break }
        }
        let process = try #require(number)
        if status == nil {
            if try lab.isLocked() {
                let other = try lab.undo()
                #expect(other.status == 1 && other.errors.contains("another nataudit"), "\(point): \(other.errors)")
            }
            kill(process, thenKill ? SIGKILL : SIGCONT)
            status = try command.status(within: .seconds(10))
        }
        return (try #require(status, "\(point) hangs"), try errors())
    }

    /// Tells whether a process is stopped: the letter behind its name, which stands in parentheses.
    private static func isStopped(_ process: Int32) -> Bool {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let name = text.lastIndex(of: ")")
        else {
            return false
        }
        return text[name...].dropFirst(2).first == "T"
    }
}
