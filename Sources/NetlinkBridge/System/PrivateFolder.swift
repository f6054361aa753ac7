internal import CShims
internal import Glibc

/// A folder in memory that only this process sees.
public enum PrivateFolder {
    /// Where it lies: a place that every Linux has.
    private static let path = "/run"

    /// Gives this process a view of the file system of its own, with an empty folder in memory in it; returns its path.
    ///
    /// Called while the process has one thread. The folder goes with the process, however that ends.
    /// - Throws: `SystemError` without CAP_SYS_ADMIN.
    public static func make() throws(SystemError) -> String {
        // Sound: the string outlives the call.
        try checked(
            unsafe na_private_folder(path),
            "make a private folder in memory (CAP_SYS_ADMIN is needed)"
        )
        return path
    }
}
