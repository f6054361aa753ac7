/// The name of a network interface and the bytes of it that count.
///
/// An interface passes where `(its name ^ name) & mask` is zero in all 16 bytes; a packet without such an interface has
/// a name of zeros. A name that ends in `+` stands for all names that begin so.
public struct XtInterfaceName: Hashable, Sendable {
    /// The 16 bytes that are compared with, padded with NUL.
    public let bytes: [UInt8]
    /// The 16 bytes of the mask.
    public let mask: [UInt8]

    /// IFNAMSIZ of linux/if.h.
    static let length = 16

    /// The test that every interface passes.
    init() {
        bytes = [UInt8](repeating: 0, count: Self.length)
        mask = bytes
    }

    init(_ structure: XtBytes, name: Int, mask: Int) throws(DecodingError) {
        bytes = Array(try structure.slice(name, Self.length))
        self.mask = Array(try structure.slice(mask, Self.length))
    }

    /// The name as it was written, a closing `+` included; empty where none was given.
    public var name: KernelName { KernelName(bytes: bytes) }

    /// Tells whether every interface passes.
    public var isAny: Bool { mask.allSatisfy { $0 == 0 } }

    /// Tells whether an interface passes; nil stands for a packet that has none.
    public func matches(_ interface: KernelName?) -> Bool {
        let name = interface?.bytes ?? []
        return (0..<Self.length).allSatisfy { index in
            let byte = index < name.count ? name[index] : 0
            return (byte ^ bytes[index]) & mask[index] == 0
        }
    }

    /// The name, safe to print.
    var text: String { name.description }
}
