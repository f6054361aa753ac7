# Passes the test runner's output through and says before its last line, the summary, once more what failed: among
# the lines of hundreds of tests that run side by side, a failure is hard to find.

function flush_summary() {
    if (summary != "") print summary
    summary = ""
}

{ flush_summary() }
/ Test run with [0-9]+ test/ { summary = $0; next }
/ recorded an issue/ { failed = failed $0 "\n"; following = 1; print; fflush(); next }
following && /^↳/ { failed = failed $0 "\n"; print; fflush(); next }
{ following = 0; print; fflush() }

END {
    if (failed != "") printf "\nWhat failed:\n%s", failed
    flush_summary()
}
