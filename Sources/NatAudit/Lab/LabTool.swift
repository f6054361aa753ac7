public import NetlinkBridge

/// Runs the programs that the laboratory is made with (ip, nft, iptables, conntrack) inside its namespaces.
///
/// For the laboratory and the tests only: what audits and changes a host talks to the kernel itself.
public enum LabTool {
    /// Where programs are looked for, in this order; an ordinary user's PATH lacks half of it.
    public static let folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]

    /// What every program finds in its environment.
    ///
    /// The namespace's own file is the lock of iptables-legacy: it needs no writable folder, and namespaces do
    /// not wait for each other.
    public static let environment = [
        "LC_ALL": "C",
        "PATH": folders.joined(separator: ":"),
        "XTABLES_LOCKFILE": "/proc/self/ns/net",
    ]

    /// Runs a program to its end.
    ///
    /// - Parameters:
    ///   - arguments: the program's name or absolute path, and what it is given.
    ///   - namespace: the network namespace that it runs in.
    ///   - input: its standard input.
    ///   - environment: what is added to `LabTool.environment`.
    ///   - deadline: how long it may take; then it is killed.
    /// - Returns: what came of it, whatever its exit code.
    /// - Throws: `LabError` where there is no such program or the time passed, `SystemError` where it could not
    ///   be started.
    public static func run(
        _ arguments: [String],
        in namespace: NetworkNamespace,
        input: String = "",
        environment: [String: String] = [:],
        deadline: Duration = .seconds(30)
    ) throws -> ToolRun {
        let child = try start(arguments, in: namespace, input: input, environment: environment)
        guard let status = try child.status(within: deadline) else {
            child.end()
            throw LabError.timedOut(arguments, deadline)
        }
        return ToolRun(
            arguments: arguments,
            status: status,
            output: String(decoding: try child.output(), as: UTF8.self),
            errors: String(decoding: try child.errors(), as: UTF8.self)
        )
    }

    /// Runs a program that has to succeed and returns its standard output.
    ///
    /// - Throws: as `run` does, and `LabError.failed` with the program's own words where its exit code is not 0.
    @discardableResult
    public static func require(
        _ arguments: [String],
        in namespace: NetworkNamespace,
        input: String = "",
        environment: [String: String] = [:],
        deadline: Duration = .seconds(30)
    ) throws -> String {
        let run = try run(
            arguments,
            in: namespace,
            input: input,
            environment: environment,
            deadline: deadline
        )
        guard run.status == 0 else { throw LabError.failed(run) }
        return run.output
    }

    /// Starts a program that runs beside the caller until the result is dropped.
    public static func start(
        _ arguments: [String],
        in namespace: NetworkNamespace,
        input: String = "",
        environment: [String: String] = [:]
    ) throws -> ChildProcess {
        guard let name = arguments.first, let path = path(of: name) else {
            throw LabError.absent(arguments.first ?? "")
        }
        let variables = Self.environment.merging(environment) { _, added in added }
        return try namespace.perform {
            try ChildProcess(
                path: path,
                arguments: arguments,
                environment: variables.map { "\($0.key)=\($0.value)" },
                input: Array(input.utf8)
            )
        }
    }

    /// The file of a program; nil where no folder has it.
    public static func path(of name: String) -> String? {
        name.hasPrefix("/") ? name : folders.lazy.map { "\($0)/\(name)" }.first(where: isExecutable)
    }
}
