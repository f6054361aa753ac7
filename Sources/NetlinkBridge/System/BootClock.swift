internal import CShims
internal import Glibc

/// The kernel's clock that counts from the boot, the time asleep included, and that nobody sets (CLOCK_BOOTTIME).
public enum BootClock {
    /// Milliseconds since the boot.
    public static func now() -> Int64 {
        var time = timespec()
        // Sound: the pointer is to a local that outlives the call, which cannot fail for a clock that exists (Linux 2.6.39).
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Lets the kernel kill this process at a time in milliseconds since the boot, however it is then: also where it is stopped.
    public static func killThisProcess(at deadline: Int64) throws(SystemError) {
        try checked(na_die_at(deadline), "arm the timer that ends a trial")
    }
}
