internal import ArgumentParser

@main
struct Nataudit: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "nataudit")
}
