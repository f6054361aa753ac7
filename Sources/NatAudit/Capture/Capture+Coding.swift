internal import NetlinkBridge

/// The file: a head of 20 bytes, then the content as one block of LZ4.
///
/// | bytes | what |
/// | --- | --- |
/// | 8 | `nataudit` |
/// | 1 | 0x1A: what shows a text file stops here |
/// | 1 | the version |
/// | 1 | 1 where the kernel's numbers have their least significant byte first, else 2 |
/// | 1 | the bytes of a pointer, on which the structures of legacy iptables depend |
/// | 4 | how many bytes the content has |
/// | 4 | the CRC-32 of the content |
///
/// Numbers of the head are least significant byte first. The content is the namespace's name, the time and the program's
/// version, each behind its length, and the log (`KernelLog`).
extension Capture {
    /// The version of the format that is written, and the only one that is read.
    static let version: UInt8 = 1
    /// The largest file that is read.
    static let maximumFileSize = 1 << 26
    /// The largest content that is believed: several times what a node of 100,000 rules has.
    static let maximumSize = 1 << 28

    private static let magic = Array("nataudit".utf8) + [0x1A]
    private static let headSize = 20

    /// The bytes of this machine's kind: the order of its numbers, the size of its pointers.
    private static var machine: [UInt8] {
        [hostBytes(UInt16(1)) == [1, 0] ? 1 : 2, UInt8(MemoryLayout<UInt>.size)]
    }

    /// What is compressed in the file.
    var content: [UInt8] {
        [namespace, time, maker].flatMap { Self.field(Array($0.utf8)) } + log.bytes
    }

    /// The whole file.
    public var bytes: [UInt8] {
        let content = content
        let checksum = Fingerprint.crc32(content.span, upTo: content.count)
        let head = Self.magic + [Self.version] + Self.machine + Self.little(UInt32(clamping: content.count))
        return head + Self.little(checksum) + BlockCompression.compressed(content)
    }

    /// Reads a file's content.
    public init(decoding bytes: [UInt8]) throws(Cause) {
        guard bytes.starts(with: Self.magic) else { throw .otherFile }
        guard bytes.count >= Self.headSize else { throw .damaged("it ends within its head") }
        guard bytes[9] == Self.version else { throw .version(Int(bytes[9])) }
        guard Array(bytes[10..<12]) == Self.machine else { throw .otherMachine }
        let count = Int(Self.number(bytes[12..<16]))
        guard count <= Self.maximumSize else { throw .damaged("it says that it holds \(count) bytes") }
        guard let content = BlockCompression.decompressed(bytes[Self.headSize...], count: count) else {
            throw .damaged("\(count) bytes were expected to be in it")
        }
        guard Fingerprint.crc32(content.span, upTo: content.count) == Self.number(bytes[16..<20]) else {
            throw .damaged("its checksum does not fit")
        }
        try self.init(content: content)
    }

    /// Reads what was compressed.
    init(content: [UInt8]) throws(Cause) {
        var rest = content[...]
        var words: [String] = []
        for _ in 0..<3 {
            guard rest.count >= 4 else { throw .damaged("it ends within its first words") }
            let length = Int(Self.number(rest.prefix(4)))
            rest = rest.dropFirst(4)
            guard length <= min(rest.count, 4096) else { throw .damaged("a word of \(length) bytes") }
            words.append(escapedForDisplay(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        do throws(NetlinkBridge.DecodingError) {
            let log = try KernelLog(decoding: Array(rest))
            self.init(namespace: words[0], time: words[1], maker: words[2], log: log)
        } catch {
            throw .damaged("no \(error)")
        }
    }

    /// What is wrong with a file.
    public typealias Cause = CaptureError.Cause

    private static func field(_ bytes: [UInt8]) -> [UInt8] { little(UInt32(clamping: bytes.count)) + bytes }

    private static func little(_ number: UInt32) -> [UInt8] { networkBytes(number).reversed() }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
