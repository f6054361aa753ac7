internal import CShims

/// A folder in memory that only this process sees, and that goes with it, however it ends.
public final class PrivateFolder: Sendable {
    private let descriptor: Descriptor

    /// Makes an empty folder; it is mounted nowhere, so that nobody else can reach it by a path.
    ///
    /// - Throws: `SystemError` without CAP_SYS_ADMIN.
    public init() throws(SystemError) {
        descriptor = Descriptor(
            owning: try checked(na_private_folder(), "make a private folder in memory (CAP_SYS_ADMIN is needed)"))
    }

    /// The path by which this process reaches the folder, as long as this object lives.
    public var path: String { "/proc/self/fd/\(descriptor.number)" }
}
