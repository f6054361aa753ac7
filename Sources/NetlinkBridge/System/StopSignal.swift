internal import CShims
internal import Glibc

/// A descriptor that becomes readable, for good, when something has to end: a loop polls it beside its
/// sockets.
public final class StopSignal: Sendable {
    private let descriptor: Descriptor
    private let canBeRaised: Bool

    private init(owning number: Int32, canBeRaised: Bool) {
        descriptor = Descriptor(owning: number)
        self.canBeRaised = canBeRaised
    }

    /// Makes a signal that `raise()` sets off, from any thread.
    public convenience init() throws(SystemError) {
        self.init(owning: try checked(na_event_open(), "open an event descriptor"), canBeRaised: true)
    }

    /// Makes a signal that SIGINT, SIGTERM, SIGHUP and SIGQUIT set off, instead of ending the process.
    ///
    /// A closed standard stream no longer ends the process either (SIGPIPE): writing to it fails with EPIPE.
    ///
    /// They are blocked for the calling thread and the threads that it starts from now on, so this is called
    /// before any other thread exists, and the process then has to watch the signal.
    public static func onTermination() throws(SystemError) -> StopSignal {
        signal(SIGPIPE, SIG_IGN)
        return try on([SIGINT, SIGTERM, SIGHUP, SIGQUIT])
    }

    /// Makes a signal that SIGUSR1 sets off (`ProcessHandle.call()`), instead of ending the process.
    ///
    /// What `onTermination()` says of threads holds here too.
    public static func onCall() throws(SystemError) -> StopSignal { try on([SIGUSR1]) }

    private static func on(_ signals: [Int32]) throws(SystemError) -> StopSignal {
        let number = unsafe signals.withUnsafeBufferPointer { buffer in
            // Sound: the callee reads `count` numbers of a buffer that outlives the call.
            unsafe na_signals_open(buffer.baseAddress, buffer.count)
        }
        return StopSignal(owning: try checked(number, "watch for signals"), canBeRaised: false)
    }

    /// Lets SIGQUIT end the process, as it ends any other.
    ///
    /// The Swift runtime takes it for a crash of which it shows a backtrace; where the signal comes while memory is
    /// allocated, that never ends (seen with Swift 6.3).
    public static func letQuitEndTheProcess() { signal(SIGQUIT, SIG_DFL) }

    /// The descriptor's number, for `waitUntilReadable(_:for:)`; valid as long as this object lives.
    public var number: Int32 { descriptor.number }

    /// Tells whether it was set off.
    public var isRaised: Bool { (try? waitUntilReadable([number], for: .zero).isEmpty) == false }

    /// Forgets that the system set it off, so that it can do so again.
    public func lower() {
        // A signalfd gives a structure for each signal that is pending, of 128 bytes (signalfd(2)).
        var signals = [UInt8](repeating: 0, count: 1024)
        unsafe signals.withUnsafeMutableBytes { buffer in
            // Sound: the kernel writes at most `count` bytes into a buffer that outlives the call.
            _ = unsafe read(descriptor.number, buffer.baseAddress, buffer.count)
        }
    }

    /// Sets the signal off; nothing happens where only the system can.
    public func raise() {
        // An eventfd that is open refuses a write only when its counter is full, and then it is readable
        // already.
        if canBeRaised { _ = na_event_raise(descriptor.number) }
    }
}
