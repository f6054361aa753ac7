import NatAudit
import NetlinkBridge
import Testing

/// Where the undo record cannot be kept, nothing is applied; where it is kept already, it can be undone.
struct StateFolderTests {
    /// A folder that is a file system of its own, of two pages, mounted where only the command sees it.
    private static let mount = #"mkdir -p "$NATAUDIT_STATE"; mount -t tmpfs -o size=8k none "$NATAUDIT_STATE"; "#
    private static let fill = #"head -c 16k /dev/zero >"$NATAUDIT_STATE/full" 2>/dev/null || :; "#

    /// What is wrong with the folder, as a script that makes it so and runs the command.
    enum Fault: String, CaseIterable {
        case full, readOnly, forbidden

        var script: String {
            switch self {
            case .full: mount + fill + #"exec "$@""#
            case .readOnly: mount + #"mount -o remount,ro "$NATAUDIT_STATE"; exec "$@""#
            case .forbidden:
                // Root without the capability to pass over permissions, as in a container.
                mount + #"chmod 555 "$NATAUDIT_STATE"; "#
                    + #"exec setpriv --bounding-set=-dac_override,-dac_read_search "$@""#
            }
        }

        var error: String {
            switch self {
            case .full: "ENOSPC"
            case .readOnly: "EROFS"
            case .forbidden: "EACCES"
            }
        }
    }

    @Test(arguments: Fault.allCases)
    func whereNoRecordCanBeKeptNothingIsApplied(_ fault: Fault) async throws {
        try await inTurn {
            let lab = try SweepScene.fixInstance.lab()
            let old = try HostImage(lab.nat)
            let run = try lab.nataudit(
                SweepScene.fixInstance.arguments(lab),
                through: ["unshare", "--mount", "sh", "-ec", fault.script, "sh"]
            )
            #expect(run.status == 2 && run.errors.contains(fault.error), "\(run)")
            #expect(run.errors.split(separator: "\n").count == 1 && run.output.isEmpty, "\(run)")
            #expect(try HostImage(lab.nat) == old)
        }
    }

    @Test func aDiskThatFilledUpSinceKeepsNothingFromBeingUndone() async throws {
        try await inTurn {
            let lab = try SweepScene.undoInstance.lab()
            let old = try HostImage(lab.nat)
            let fix = SweepScene.fixInstance.arguments(lab).map { "'\($0)'" }.joined(separator: " ")
            let both = Self.mount + #""$1" \#(fix) >&2; \#(Self.fill)exec "$@""#
            let run = try lab.nataudit(
                SweepScene.undoInstance.arguments(lab),
                through: ["unshare", "--mount", "sh", "-ec", both, "sh"]
            )
            #expect(run.status == 0 && run.errors.contains(#""applied" : true"#), "\(run)")
            #expect(try FixOutput(run).changed)
            #expect(try HostImage(lab.nat) == old)
        }
    }
}
