internal import Glibc

/// The file of the program that is running.
public enum ProgramFile {
    /// The file's absolute path, as the kernel knows it now; it ends in ` (deleted)` where the file is gone.
    public static func path() throws(SystemError) -> String {
        try linkTarget("/proc/self/exe", in: AT_FDCWD, "find this program's own file")
    }

    /// Tells whether nobody but root can put another file, or folder, in the place of the one at an absolute path: it, and each
    /// folder that leads to it, is root's and writable by nobody else.
    ///
    /// With `orAbsent` the last of them need not be there yet.
    public static func isRootsAlone(_ path: String, orAbsent: Bool = false) -> Bool {
        var prefix = ""
        for part in path.split(separator: "/") {
            prefix += "/\(part)"
            var status = stat()
            // Sound: the string and the structure outlive the call.
            if unsafe lstat(prefix, &status) != 0 { return orAbsent && errno == ENOENT }
            guard NetlinkBridge.isRootsAlone(status), status.st_mode & S_IFMT != S_IFLNK else { return false }
        }
        return !prefix.isEmpty
    }
}
