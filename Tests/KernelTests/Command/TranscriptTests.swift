import Foundation
import NatAudit
import Testing

/// The README shows what the command prints, to the letter.
struct TranscriptTests {
    @Test(arguments: Transcript.allCases) func theREADMEShowsWhatIsPrinted(_ transcript: Transcript) async throws {
        try await inTurn {
            let host = try transcript.host()
            let (typed, printed, isWhole) = try transcript.shown()
            // Nobody is there to say yes, and root needs no sudo.
            let script = typed.replacing("sudo ", with: "").replacing("nataudit ", with: "\(Program.path) ")
                .replacing(" --live", with: " --live --yes")
            let files = transcript.files.map { "printf %s '\($0.value)' >\($0.key)" }.joined(separator: "\n")
            let run = try LabTool.run(
                // The host has the name that the README gives it.
                [
                    "unshare", "--uts", "sh", "-c",
                    "hostname nat-1; cd \"$(mktemp -d)\" && trap 'rm -r \"$PWD\"' EXIT\n\(files)\n\(script)",
                ],
                in: host.namespace
            )
            let output = run.output.trimmingCharacters(in: .newlines)
            try #require(!printed.isEmpty)
            #expect(isWhole ? output == printed : output.hasSuffix("\n" + printed), "\(run.errors)\(run.output)")
        }
    }
}
