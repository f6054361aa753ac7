/// Where the answers to the questions of the readers come from: the kernel, unless a log is replayed.
///
/// It is set for a task and what the task calls, so that no reader has to pass it along.
enum KernelSource: Sendable {
    /// The kernel, and a recorder keeps what it says.
    case recorded(KernelRecorder)
    /// A log; the kernel is not asked.
    case replayed(KernelReplay)

    /// The source for the calling task; nil for the kernel alone.
    @TaskLocal static var current: KernelSource?

    /// Tells whether the kernel must not be asked.
    static var isReplayed: Bool {
        if case .replayed? = current { true } else { false }
    }

    /// The answer to a question of one part, which `ask` asks the kernel.
    static func bytes(
        _ question: [UInt8],
        _ operation: @autoclosure () -> String,
        ask: () throws(SystemError) -> [UInt8]
    ) throws(SystemError) -> [UInt8] {
        switch current {
        case nil: return try ask()
        case .replayed(let replay): return try replay.bytes(question, operation())
        case .recorded(let recorder):
            do throws(SystemError) {
                let answer = try ask()
                recorder.keep(KernelAnswer(part: answer), to: question)
                return answer
            } catch {
                recorder.keep(KernelAnswer(code: error.code), to: question)
                throw error
            }
        }
    }

    /// The question for a file's content.
    static func file(_ path: String) -> [UInt8] { [Kind.file.rawValue] + path.utf8 }

    /// The question for an option of a raw socket, asked with these bytes.
    static func option(_ family: Int32, _ option: Int32, _ bytes: [UInt8]) -> [UInt8] {
        [Kind.option.rawValue] + networkBytes(family) + networkBytes(option) + bytes
    }

    /// The question that a netlink request asks, its flags left out.
    static func netlink(_ bus: Int32, _ request: NetlinkRequest) -> [UInt8] {
        [Kind.netlink.rawValue] + networkBytes(bus) + networkBytes(request.type) + request.payload
    }

    /// The question for the BPF programs at a point of an interface, by bpf(2)'s number of the point.
    static func programs(_ point: UInt32, _ interface: UInt32) -> [UInt8] {
        [Kind.programs.rawValue] + networkBytes(point) + networkBytes(interface)
    }

    /// The question for a BPF program's name.
    static func programName(_ program: UInt32) -> [UInt8] { [Kind.programName.rawValue] + networkBytes(program) }

    /// The first byte of a question.
    enum Kind: UInt8 {
        case netlink = 1
        case option = 2
        case file = 3
        case programs = 4
        case programName = 5
    }
}

extension KernelLog {
    /// Runs `body`, and keeps the last answer to each question that it asks the kernel.
    public static func recording<Value>(_ body: () throws -> Value) throws -> (value: Value, log: KernelLog) {
        let recorder = KernelRecorder()
        let value = try KernelSource.$current.withValue(.recorded(recorder)) { try body() }
        return (value, try KernelLog(decoding: recorder.bytes))
    }

    /// Runs `body` with the answers of the log; the kernel is not asked, and no privilege is needed.
    ///
    /// A question that is not in the log fails with ENODATA, in netlink with `.notCaptured`.
    public func replaying<Value>(_ body: () throws -> Value) rethrows -> Value {
        try KernelSource.$current.withValue(.replayed(KernelReplay(self))) { try body() }
    }
}
