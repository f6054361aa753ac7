import Foundation
import NatAudit
import NetlinkBridge
import Testing

/// What changes a host, met by a signal at any of its system calls.
///
/// What comes next finds or makes one of the two states that are whole: the old one and the planned one.
struct KillSweepTests {
    /// How many points there are: `NATAUDIT_KILLS`, or a few.
    private static let points = ProcessInfo.processInfo.environment["NATAUDIT_KILLS"].flatMap { Int($0) } ?? 48

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
            // So that a few points for each scene are all blows together.
            let first = SweepScene.allCases.firstIndex(of: scene) ?? 0
            var times: [Duration] = []
            for index in 0..<count {
                let call = range.lowerBound + index * range.count / count
                let blow = Blow.allCases[(first + index) % Blow.allCases.count]
                // Each blow is followed by the one and by the other command.
                let isRepeated = (index / Blow.allCases.count + index + first) % 2 == 1
                let time = try Self.strike(sweep, blow, at: call, thenAgain: isRepeated)
                if let time { times.append(time) }
            }
            #expect(times.allSatisfy { $0 < .milliseconds(100) }, "\(times)")
            if Self.points > 100 {
                let worst = times.max().map { ", \(times.count) trials gone after at most \($0)" } ?? ""
                print("kill sweep: \(scene.rawValue), \(count) points in \(range) calls\(worst)")
            }
        }
    }

    /// Disturbs the command at one point, looks at the host, runs the next commands, and returns how long a trial stayed
    /// after its holder had died, where one was killed.
    private static func strike(
        _ sweep: SweepLab,
        _ blow: Blow,
        at call: Int,
        thenAgain: Bool
    ) throws -> Duration? {
        let point = "\(sweep.scene.rawValue), \(blow.rawValue) at call \(call), \(sweep.calls[call - 1])"
        try sweep.prepare()
        let run: (status: Int32, errors: String)
        switch blow {
        case .stop, .stopAndKill: run = try stop(sweep, at: call, thenKill: blow == .stopAndKill, point)
        default:
            let ended = try sweep.run(injecting: "all:signal=\(blow.rawValue):when=\(call)")
            run = (ended.status, ended.errors)
        }
        let isKilled = run.status == 128 + SIGKILL
        if isKilled, let stayCall = sweep.stayCall, call < stayCall {
            // Nobody has proven the trial: it goes with the command.
            _ = try sweep.lab.timeUntilGone(within: .seconds(2))
        }
        let now = try sweep.image()
        #expect(now.host.foreignRules == sweep.old.host.foreignRules, "\(point): \(now.differences(from: sweep.start))")
        #expect([sweep.old, sweep.start, sweep.end].map(\.host.rules).contains(now.host.rules), "\(point)")
        if run.status == 0 {
            #expect(now == sweep.end, "\(point): \(now.differences(from: sweep.end))")
        } else if [1, 2].contains(run.status) {
            // It ended by itself: nothing is left to be done.
            #expect(now == sweep.start, "\(point): \(run.errors) \(now.differences(from: sweep.start))")
        } else {
            #expect(isKilled, "\(point): \(run.status) \(run.errors)")
        }
        if thenAgain { try again(sweep, point) }
        var time: Duration?
        if sweep.scene.isOnTrial, try sweep.lab.isHeld() {
            try sweep.lab.killHolder()
            time = try sweep.lab.timeUntilGone(within: .seconds(2))
        }
        try sweep.putBack(point)
        return time
    }

    /// Does again what was disturbed, or what it took back.
    private static func again(_ sweep: SweepLab, _ point: String) throws {
        let again = try sweep.run(sweep.scene.arguments(sweep.scene.again, sweep.lab))
        // A trial that is on, or that was kept, need not be begun or kept again; that is said.
        let isThere = again.errors.contains("a trial is on") || again.errors.contains("no trial is on")
        #expect(again.status == (sweep.scene.isOnTrial && isThere ? 1 : 0), "\(point): \(again.errors) \(again.output)")
        let image = try sweep.image()
        #expect(image == sweep.goal, "\(point): \(image.differences(from: sweep.goal))")
    }

    /// Stops the command at a call, looks whether another one keeps away, and lets it go on or kills it.
    private static func stop(
        _ sweep: SweepLab,
        at call: Int,
        thenKill: Bool,
        _ point: String
    ) throws -> (status: Int32, errors: String) {
        let lab = sweep.lab
        let command = try sweep.start(injecting: "all:signal=STOP:when=\(call)")
        let process = try command.numberOnceStopped()
        var status = try command.status(within: .zero)
        if status == nil {
            if try lab.isLocked() {
                let other = try sweep.run(sweep.scene.arguments(.undo, lab))
                #expect(other.status == 1 && other.errors.contains("another nataudit"), "\(point): \(other.errors)")
            }
            if thenKill { kill(process, SIGKILL) }
            status = try thenKill ? command.status(within: .seconds(10)) : command.statusOnceGoingOn(process)
        }
        return (try #require(status, "\(point) hangs"), String(decoding: try command.errors(), as: UTF8.self))
    }
}
