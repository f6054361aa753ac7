internal import CShims
internal import Glibc

/// This program, started anew to outlive this process: in a session of its own, without a terminal, in the network
/// namespace of the thread that started it.
///
/// It reads a file in memory from its standard input, and has a channel to this process as its standard output.
public final class DetachedProcess: Sendable {
    /// The process.
    public let handle: ProcessHandle
    /// The channel to it; that is closed for the process when this object goes.
    public let channel: MessageChannel

    /// Starts it with a subcommand, which finds `input` on its standard input.
    public init(_ subcommand: String, input: [UInt8]) throws(SystemError) {
        let inputFile = try MemoryFile.make(holding: input)
        let (here, there) = try MessageChannel.pair()
        let nowhere = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
        let errors = Descriptor(owning: try checked(nowhere < 0 ? -errno : nowhere, "open /dev/null"))
        // The program's libraries may lie where only this says.
        let libraries = environmentVariable("LD_LIBRARY_PATH").map { ["LD_LIBRARY_PATH=\($0)"] } ?? []
        // By this path also where the program's file was replaced since.
        let program = ProgramStart(
            path: "/proc/self/exe",
            arguments: ["nataudit", subcommand],
            environment: libraries
        )
        let process = try withExtendedLifetime(there) { () throws(SystemError) in
            try program.start([inputFile.number, there.number, errors.number], isDetached: true)
        }
        do throws(SystemError) {
            handle = try ProcessHandle(child: process)
        } catch {
            na_kill_group(process)
            throw error
        }
        channel = here
    }

    /// Tells whether a process that is started now can outlive this one: the first process of a container takes all others
    /// with it.
    public static var isPossible: Bool { getpid() != 1 }

    /// Ends the part of the start that this process and the detached one share; called by the latter, once it is set up.
    public static func letGo(as name: String) throws(SystemError) {
        try checked(unsafe na_let_go(name), "let go of the terminal")
    }
}
