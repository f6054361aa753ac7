// bpf(2), for which the C library has no function.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// The points at an interface at which BPF programs are attached without a qdisc, as the kernel numbers them
/// (linux/bpf.h, enum bpf_attach_type; tcx since 6.6, netkit since 6.7, newer than the headers that this is built with).
enum na_bpf_point {
    NA_BPF_TCX_INGRESS = 46,
    NA_BPF_TCX_EGRESS = 47,
    NA_BPF_NETKIT_PRIMARY = 54,
    NA_BPF_NETKIT_PEER = 55,
};

/// The numbers of the programs at a point of an interface (BPF_PROG_QUERY), at most `capacity` of them; returns how many
/// were written.
ssize_t na_bpf_query(uint32_t interface, uint32_t point, uint32_t *programs, size_t capacity);
/// The name of a program, 16 bytes padded with NUL (BPF_PROG_GET_FD_BY_ID, BPF_OBJ_GET_INFO_BY_FD).
int na_bpf_name(uint32_t program, uint8_t name[16]);
/// Loads an XDP program that lets every packet pass and is attached nowhere (BPF_PROG_LOAD); returns its descriptor.
int na_bpf_pass_program(void);
/// Makes a frame arrive at an interface, as if its driver had received it (BPF_PROG_TEST_RUN with
/// BPF_F_TEST_XDP_LIVE_FRAMES, Linux 5.18); -EINVAL where the kernel cannot.
int na_bpf_receive(int program, uint32_t interface, const void *frame, size_t count);
