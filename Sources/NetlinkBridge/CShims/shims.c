// _GNU_SOURCE belongs in this file only: setns and unshare need it, and other headers must not see it.
#define _GNU_SOURCE
#include "CShims.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/mount.h>
#include <malloc.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

void na_return_large_blocks(void) {
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}

int na_unshare_network(void) { return unshare(CLONE_NEWNET) == 0 ? 0 : -errno; }

int na_enter_network(int descriptor) { return setns(descriptor, CLONE_NEWNET) == 0 ? 0 : -errno; }

int na_open_readonly(const char *path) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    return descriptor >= 0 ? descriptor : -errno;
}

int na_identity(int descriptor, uint64_t *device, uint64_t *inode) {
    struct stat status;
    if (fstat(descriptor, &status) != 0) return -errno;
    *device = status.st_dev;
    *inode = status.st_ino;
    return 0;
}

static socklen_t to_sockaddr(const struct na_endpoint *endpoint, struct sockaddr_storage *storage) {
    memset(storage, 0, sizeof *storage);
    if (endpoint->family == AF_INET6) {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)storage;
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons(endpoint->port);
        memcpy(&in6->sin6_addr, endpoint->address, 16);
        return sizeof *in6;
    }
    struct sockaddr_in *in4 = (struct sockaddr_in *)storage;
    in4->sin_family = AF_INET;
    in4->sin_port = htons(endpoint->port);
    memcpy(&in4->sin_addr, endpoint->address, 4);
    return sizeof *in4;
}

void na_endpoint_of(const struct sockaddr_storage *storage, struct na_endpoint *endpoint) {
    memset(endpoint, 0, sizeof *endpoint);
    endpoint->family = (uint8_t)storage->ss_family;
    if (storage->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)storage;
        endpoint->port = ntohs(in6->sin6_port);
        memcpy(endpoint->address, &in6->sin6_addr, 16);
    } else {
        const struct sockaddr_in *in4 = (const struct sockaddr_in *)storage;
        endpoint->port = ntohs(in4->sin_port);
        memcpy(endpoint->address, &in4->sin_addr, 4);
    }
}

int na_udp_open(int family, int reports_errors) {
    int descriptor = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP);
    if (descriptor < 0) return -errno;
    int on = 1, result = 0;
    // IPv4 and IPv6 are probed apart: a v6 socket must never carry mapped v4 traffic.
    if (family == AF_INET6) result = setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (result == 0 && reports_errors) {
        result = family == AF_INET6 ? setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on)
                                    : setsockopt(descriptor, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
    }
    if (result != 0) {
        result = -errno;
        close(descriptor);
        return result;
    }
    return descriptor;
}

void na_udp_receive_buffer(int descriptor, int bytes) {
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

int na_udp_bind(int descriptor, const struct na_endpoint *local) {
    struct sockaddr_storage storage;
    socklen_t length = to_sockaddr(local, &storage);
    return bind(descriptor, (struct sockaddr *)&storage, length) == 0 ? 0 : -errno;
}

int na_udp_local(int descriptor, struct na_endpoint *local) {
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    if (getsockname(descriptor, (struct sockaddr *)&storage, &length) != 0) return -errno;
    na_endpoint_of(&storage, local);
    return 0;
}

int na_udp_source_for(const struct na_endpoint *remote, struct na_endpoint *local) {
    int descriptor = socket(remote->family, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP);
    if (descriptor < 0) return -errno;
    struct sockaddr_storage storage;
    socklen_t length = to_sockaddr(remote, &storage);
    int result = connect(descriptor, (struct sockaddr *)&storage, length) == 0
        ? na_udp_local(descriptor, local)
        : -errno;
    close(descriptor);
    return result;
}

ssize_t na_udp_send(int descriptor, const struct na_endpoint *remote, const void *bytes, size_t count) {
    struct sockaddr_storage storage;
    socklen_t length = to_sockaddr(remote, &storage);
    ssize_t sent = sendto(descriptor, bytes, count, MSG_NOSIGNAL, (struct sockaddr *)&storage, length);
    return sent >= 0 ? sent : -errno;
}

ssize_t na_udp_receive(int descriptor, struct na_endpoint *remote, void *bytes, size_t capacity) {
    struct sockaddr_storage storage;
    memset(&storage, 0, sizeof storage);
    struct iovec vector = {.iov_base = bytes, .iov_len = capacity};
    struct msghdr message = {
        .msg_name = &storage, .msg_namelen = sizeof storage, .msg_iov = &vector, .msg_iovlen = 1};
    ssize_t received = recvmsg(descriptor, &message, MSG_DONTWAIT);
    if (received < 0) return -errno;
    if (message.msg_flags & MSG_TRUNC) return -EMSGSIZE;
    na_endpoint_of(&storage, remote);
    return received;
}

int na_udp_error(int descriptor, struct na_endpoint *remote, struct na_endpoint *offender, uint32_t *error,
                 uint8_t *icmp_type, uint8_t *icmp_code) {
    struct sockaddr_storage storage;
    memset(&storage, 0, sizeof storage);
    union {
        struct cmsghdr align;
        char bytes[512];
    } control;
    char payload[64];
    struct iovec vector = {.iov_base = payload, .iov_len = sizeof payload};
    struct msghdr message = {.msg_name = &storage, .msg_namelen = sizeof storage, .msg_iov = &vector,
        .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    if (recvmsg(descriptor, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return -errno;
    na_endpoint_of(&storage, remote);
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        int is4 = header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_RECVERR;
        int is6 = header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_RECVERR;
        if (!is4 && !is6) continue;
        struct sock_extended_err extended;
        if (header->cmsg_len < CMSG_LEN(sizeof extended)) continue;
        memcpy(&extended, CMSG_DATA(header), sizeof extended);
        *error = extended.ee_errno;
        *icmp_type = extended.ee_type;
        *icmp_code = extended.ee_code;
        // SO_EE_OFFENDER: the address behind the structure, of the family that it says.
        size_t rest = header->cmsg_len - CMSG_LEN(sizeof extended);
        struct sockaddr_storage sender;
        memset(&sender, 0, sizeof sender);
        memcpy(&sender, (char *)CMSG_DATA(header) + sizeof extended, rest < sizeof sender ? rest : sizeof sender);
        memset(offender, 0, sizeof *offender);
        if ((sender.ss_family == AF_INET && rest >= sizeof(struct sockaddr_in)) ||
            (sender.ss_family == AF_INET6 && rest >= sizeof(struct sockaddr_in6))) {
            na_endpoint_of(&sender, offender);
        }
        return 0;
    }
    return -ENOMSG;
}

int na_tcp_open(int family) {
    int descriptor = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
    if (descriptor < 0) return -errno;
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    if (setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) != 0) {
        int result = -errno;
        close(descriptor);
        return result;
    }
    return descriptor;
}

int na_tcp_connect(int descriptor, const struct na_endpoint *remote) {
    struct sockaddr_storage storage;
    socklen_t length = to_sockaddr(remote, &storage);
    if (connect(descriptor, (struct sockaddr *)&storage, length) == 0 || errno == EINPROGRESS) return 0;
    return -errno;
}

int na_socket_mark(int descriptor, uint32_t mark) {
    return setsockopt(descriptor, SOL_SOCKET, SO_MARK, &mark, sizeof mark) == 0 ? 0 : -errno;
}

int na_poll_readable(const int *descriptors, size_t count, int milliseconds, uint8_t *ready) {
    struct pollfd entries[64];
    if (count > 64) return -EINVAL;
    for (size_t i = 0; i < count; i++) entries[i] = (struct pollfd){.fd = descriptors[i], .events = POLLIN};
    int result = poll(entries, count, milliseconds);
    if (result < 0) return -errno;
    for (size_t i = 0; i < count; i++) ready[i] = entries[i].revents != 0;
    return result;
}

ssize_t na_xtables_get(int family, int option, void *bytes, size_t count) {
    int descriptor = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP);
    if (descriptor < 0) return -errno;
    socklen_t length = (socklen_t)count;
    int level = family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
    ssize_t result = getsockopt(descriptor, level, option, bytes, &length) == 0 ? (ssize_t)length : -errno;
    close(descriptor);
    return result;
}

int na_private_folder(void) {
    // A file system that is mounted nowhere, and so is reached through the descriptor only. By system call: the
    // wrappers are younger than the glibc that is asked for.
    int context = (int)syscall(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
    if (context < 0) return -errno;
    int result = (int)syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, "mode", "0700", 0);
    if (result == 0) result = (int)syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
    if (result == 0) {
        result = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC,
            MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
    }
    if (result < 0) result = -errno;
    close(context);
    return result;
}
