/// What the program is called and which version of it this is.
public enum Tool {
    /// The command's name.
    public static let name = "nataudit"
    /// The version, as semantic versioning has it.
    public static let version = "0.1.0"
}
