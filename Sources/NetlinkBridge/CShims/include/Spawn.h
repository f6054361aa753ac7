// Child processes with files in memory for standard streams; see ChildProcess.swift.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Opens an empty file in memory, close-on-exec; `name` is shown in /proc only.
int na_memory_file(const char *name);
/// Starts the program at `path` in a process group of its own, with no signal blocked or ignored, in the calling
/// thread's network namespace. Its standard streams are the three descriptors; it inherits no others that are
/// close-on-exec, and none at all where it `is_detached`: then it has a session of its own too, without a terminal.
/// `arguments` and `environment` are strings that end in NUL, one behind the other, `argument_count` and
/// `environment_count` of them. Sets `process` to the id of the child.
int na_spawn(const char *path, const char *arguments, size_t argument_count, const char *environment,
    size_t environment_count, const int standard[3], int is_detached, int32_t *process);
/// Opens a descriptor that becomes readable when the process ends (pidfd_open(2)).
int na_watch_process(int32_t process);
/// Reaps a child that has ended and sets `status` to its exit code, or to 128 and the number of the signal that
/// ended it. Returns 1, or 0 while it still runs.
int na_reap_process(int32_t process, int32_t *status);
/// Kills every process of the child's process group.
int na_kill_group(int32_t process);
/// Reads from a place in a file, without moving its offset.
ssize_t na_read_at(int descriptor, void *bytes, size_t count, int64_t offset);
/// Writes all bytes to a file and goes back to its beginning.
int na_fill_file(int descriptor, const void *bytes, size_t count);
/// Sends a signal to the process that `na_watch_process` opened a descriptor of (pidfd_send_signal(2)).
int na_signal_process(int descriptor, int signal);
/// Lets the kernel kill the calling process (SIGKILL) at a time of CLOCK_BOOTTIME, in milliseconds: also where it is stopped
/// by then, and at once where that time has passed.
int na_die_at(int64_t milliseconds);
/// Lets go of what the process was started with: its standard streams lead to /dev/null and its folder is the root.
/// `name` is what ps(1) and nft(8) then call it, at most 15 bytes.
int na_let_go(const char *name);
