import Foundation
import NetlinkBridge
import Testing

extension ChildProcess {
    /// Waits until a command that tells its number stands still or has ended, for at most ten seconds, and returns the number.
    func numberOnceStopped() throws -> Int32 {
        var number: Int32?
        var looks = 0
        for _ in 0..<5000 where looks < 10 {
            let hasEnded = try status(within: .milliseconds(2)) != nil
            if hasEnded, number != nil { break }
            number = try String(decoding: errors(), as: UTF8.self).split(separator: "\n").first.flatMap { Int32($0) }
            guard let number, !hasEnded else { continue }
            // Its tracer halts it for a moment at each call too.
            looks = Self.isHalted(number) ? looks + 1 : 0
        }
        return try #require(number)
    }

    /// Lets a stopped command go on, and waits for its end.
    ///
    /// It is told so again and again: a call comes to nothing where the stop comes after it.
    func statusOnceGoingOn(_ number: Int32) throws -> Int32? {
        for _ in 0..<100 {
            if let status = try status(within: .zero) { return status }
            kill(number, SIGCONT)
            if let status = try status(within: .milliseconds(100)) { return status }
        }
        return nil
    }

    /// Tells whether a process is stopped, by a signal or its tracer: the letter behind its name, which stands in parentheses.
    private static func isHalted(_ process: Int32) -> Bool {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let name = text.lastIndex(of: ")")
        else {
            return false
        }
        return ["T", "t"].contains(text[name...].dropFirst(2).first)
    }
}
