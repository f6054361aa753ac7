// What Swift cannot reach through its Glibc module, or only with struct layouts spelled out by hand.
// Every function returns a negative errno on failure, so that no caller has to read errno itself.
#pragma once

#include <net/if.h>
#include <netinet/in.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/inet_diag.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/veth.h>

#include "Stop.h"

#include "xtables_layout.h"

#include "Spawn.h"

#include "BPF.h"

#include "Batch.h"

/// An address as it stands on the wire: 4 or 16 bytes in network order, the port in host order.
struct na_endpoint {
    uint8_t address[16];
    uint16_t port;
    uint8_t family; // AF_INET or AF_INET6
};

struct sockaddr_storage;
/// The address and port that a socket address of IPv4 or IPv6 holds.
void na_endpoint_of(const struct sockaddr_storage *storage, struct na_endpoint *endpoint);

/// Makes the C library give blocks of a megabyte and more back to the kernel when they are freed (mallopt(3),
/// M_MMAP_THRESHOLD), where it knows that option.
void na_return_large_blocks(void);

/// Moves the calling thread into a new network namespace (unshare(2), CLONE_NEWNET).
int na_unshare_network(void);
/// Moves the calling thread into the network namespace that the descriptor refers to (setns(2)).
int na_enter_network(int descriptor);
/// Opens a file with O_RDONLY and O_CLOEXEC; returns the descriptor.
int na_open_readonly(const char *path);
/// The device and inode of an open file, which together name a network namespace.
int na_identity(int descriptor, uint64_t *device, uint64_t *inode);

/// Opens a non-blocking, close-on-exec UDP socket, with receive errors (IP_RECVERR) switched on where they are wanted.
int na_udp_open(int family, int reports_errors);
/// Asks for a receive buffer of that many bytes; the kernel grants as much of it as net.core.rmem_max allows.
void na_udp_receive_buffer(int descriptor, int bytes);
/// Binds a socket; port 0 asks for an ephemeral one.
int na_udp_bind(int descriptor, const struct na_endpoint *local);
/// The local address and port of a bound socket.
int na_udp_local(int descriptor, struct na_endpoint *local);
/// The source address that the routing table chooses towards `remote`, found with connect(2) on a socket of its own.
int na_udp_source_for(const struct na_endpoint *remote, struct na_endpoint *local);
/// Sends one datagram.
ssize_t na_udp_send(int descriptor, const struct na_endpoint *remote, const void *bytes, size_t count);
/// Receives one datagram; -EAGAIN when none waits. A datagram longer than `capacity` returns -EMSGSIZE.
ssize_t na_udp_receive(int descriptor, struct na_endpoint *remote, void *bytes, size_t capacity);
/// Takes one entry from the socket's error queue: the errno that the network reported for a datagram
/// sent to `remote`, with the ICMP type and code, and who sent it (family 0 where that is not known);
/// -EAGAIN when the queue is empty.
int na_udp_error(int descriptor, struct na_endpoint *remote, struct na_endpoint *offender, uint32_t *error,
                 uint8_t *icmp_type, uint8_t *icmp_code);
/// Opens a non-blocking, close-on-exec TCP socket that resets its connection when it is closed (SO_LINGER, RFC 9293 3.6).
int na_tcp_open(int family);
/// Begins to connect a TCP socket; 0 also while the handshake goes on (EINPROGRESS).
int na_tcp_connect(int descriptor, const struct na_endpoint *remote);
/// Sets the mark of what a socket sends (SO_MARK).
int na_socket_mark(int descriptor, uint32_t mark);
/// Waits until one of the descriptors is readable or has an error, at most `milliseconds` (-1: for ever).
/// Returns how many are ready and sets `ready[i]` to 1 for each of them.
int na_poll_readable(const int *descriptors, size_t count, int milliseconds, uint8_t *ready);

/// getsockopt(2) for the xtables tables: fills `bytes` and returns the length that the kernel wrote.
ssize_t na_xtables_get(int family, int option, void *bytes, size_t count);

/// Makes a tmpfs that is mounted nowhere (fsopen(2), fsmount(2), Linux 5.2); returns a descriptor of its root.
int na_private_folder(void);
