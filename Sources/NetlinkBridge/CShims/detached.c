// _GNU_SOURCE: CLOCK_BOOTTIME.
#define _GNU_SOURCE
#include "Spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int na_signal_process(int descriptor, int signal) {
    return syscall(SYS_pidfd_send_signal, descriptor, signal, NULL, 0) == 0 ? 0 : -errno;
}

int na_die_at(int64_t milliseconds) {
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
    timer_t timer;
    if (timer_create(CLOCK_BOOTTIME, &event, &timer) != 0) return -errno;
    // All zero would switch the timer off.
    struct itimerspec time = {.it_value = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000 + 1}};
    return timer_settime(timer, TIMER_ABSTIME, &time, NULL) == 0 ? 0 : -errno;
}

int na_let_go(const char *name) {
    prctl(PR_SET_NAME, name);
    if (chdir("/") != 0) return -errno;
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nowhere < 0) return -errno;
    int result = 0;
    for (int i = 0; i < 3 && result == 0; i++)
        if (dup2(nowhere, i) < 0) result = -errno;
    close(nowhere);
    return result;
}
