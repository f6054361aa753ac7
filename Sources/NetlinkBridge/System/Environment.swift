internal import Glibc

/// The value of an environment variable; nil where it is not set, or is not UTF-8.
public func environmentVariable(_ name: String) -> String? {
    // Sound: nothing in this process changes its environment, so the pointer stays valid while it is read.
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(validatingCString: value)
}
