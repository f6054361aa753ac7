// _GNU_SOURCE: memfd_create.
#define _GNU_SOURCE
#include "CShims.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int na_memory_file(const char *name) {
    int descriptor = memfd_create(name, MFD_CLOEXEC);
    return descriptor >= 0 ? descriptor : -errno;
}

/// A null-terminated array of pointers to strings that stand one behind the other; to be freed.
static char **pointers(const char *strings, size_t count) {
    char **result = calloc(count + 1, sizeof *result);
    for (size_t i = 0; result && i < count; i++) {
        result[i] = (char *)strings; // exec(3) takes pointers to char, and changes nothing
        strings += strlen(strings) + 1;
    }
    return result;
}

/// Undoes what the calling thread may have done to signals, and starts a process group, or a session, which has one.
static int set_attributes(posix_spawnattr_t *attributes, int is_detached) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int code = posix_spawnattr_setsigmask(attributes, &none);
    if (code == 0) code = posix_spawnattr_setsigdefault(attributes, &all);
    if (code == 0) code = posix_spawnattr_setpgroup(attributes, 0);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    flags |= is_detached ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;
    return code == 0 ? posix_spawnattr_setflags(attributes, flags) : code;
}

int na_spawn(const char *path, const char *arguments, size_t argument_count, const char *environment,
    size_t environment_count, const int standard[3], int is_detached, int32_t *process) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0) return -code;
    code = posix_spawnattr_init(&attributes);
    if (code != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return -code;
    }
    char **argv = pointers(arguments, argument_count), **envp = pointers(environment, environment_count);
    if (!argv || !envp) code = ENOMEM;
    if (code == 0) code = set_attributes(&attributes, is_detached);
    for (int i = 0; code == 0 && i < 3; i++) code = posix_spawn_file_actions_adddup2(&actions, standard[i], i);
    // What the user's shell left open, a lock for instance, is not held for as long as a detached program runs.
    if (code == 0 && is_detached) code = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    pid_t child = 0;
    if (code == 0) code = posix_spawn(&child, path, &actions, &attributes, argv, envp);
    *process = child;
    free(argv);
    free(envp);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return -code;
}

int na_watch_process(int32_t process) {
    long descriptor = syscall(SYS_pidfd_open, process, 0);
    return descriptor >= 0 ? (int)descriptor : -errno;
}

int na_reap_process(int32_t process, int32_t *status) {
    int raw = 0;
    pid_t result = waitpid(process, &raw, WNOHANG);
    if (result < 0) return -errno;
    if (result == 0) return 0;
    *status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
    return 1;
}

int na_kill_group(int32_t process) { return kill(-process, SIGKILL) == 0 ? 0 : -errno; }

ssize_t na_read_at(int descriptor, void *bytes, size_t count, int64_t offset) {
    ssize_t result = pread(descriptor, bytes, count, offset);
    return result >= 0 ? result : -errno;
}

int na_fill_file(int descriptor, const void *bytes, size_t count) {
    const char *rest = bytes;
    while (count > 0) {
        ssize_t written = write(descriptor, rest, count);
        if (written < 0) return -errno;
        rest += written;
        count -= (size_t)written;
    }
    return lseek(descriptor, 0, SEEK_SET) == 0 ? 0 : -errno;
}
