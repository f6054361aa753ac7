#define _GNU_SOURCE
#include "BPF.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/// BPF_F_TEST_XDP_LIVE_FRAMES (linux/bpf.h since 5.18), newer than some headers that this is built with.
enum { NA_BPF_LIVE_FRAMES = 1 << 1 };

static long call(int command, union bpf_attr *attributes) {
    return syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

ssize_t na_bpf_query(uint32_t interface, uint32_t point, uint32_t *programs, size_t capacity) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.query.target_fd = interface;
    attributes.query.attach_type = point;
    attributes.query.prog_ids = (uint64_t)(uintptr_t)programs;
    attributes.query.prog_cnt = (uint32_t)capacity;
    // With more programs than fit the kernel fills what there is, and says how many there are.
    if (call(BPF_PROG_QUERY, &attributes) < 0 && errno != ENOSPC) return -errno;
    size_t count = attributes.query.prog_cnt;
    return (ssize_t)(count < capacity ? count : capacity);
}

int na_bpf_name(uint32_t program, uint8_t name[16]) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.prog_id = program;
    int descriptor = (int)call(BPF_PROG_GET_FD_BY_ID, &attributes);
    if (descriptor < 0) return -errno;
    struct bpf_prog_info info;
    memset(&info, 0, sizeof info);
    memset(&attributes, 0, sizeof attributes);
    attributes.info.bpf_fd = (uint32_t)descriptor;
    attributes.info.info = (uint64_t)(uintptr_t)&info;
    attributes.info.info_len = sizeof info;
    int result = call(BPF_OBJ_GET_INFO_BY_FD, &attributes) < 0 ? -errno : 0;
    close(descriptor);
    if (result == 0) memcpy(name, info.name, 16);
    return result;
}

int na_bpf_pass_program(void) {
    struct bpf_insn instructions[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
        {.code = BPF_JMP | BPF_EXIT},
    };
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.prog_type = BPF_PROG_TYPE_XDP;
    attributes.insns = (uint64_t)(uintptr_t)instructions;
    attributes.insn_cnt = sizeof instructions / sizeof *instructions;
    attributes.license = (uint64_t)(uintptr_t) "GPL";
    memcpy(attributes.prog_name, "nataudit", sizeof "nataudit");
    int descriptor = (int)call(BPF_PROG_LOAD, &attributes);
    return descriptor >= 0 ? descriptor : -errno;
}

int na_bpf_receive(int program, uint32_t interface, const void *frame, size_t count) {
    struct xdp_md context;
    memset(&context, 0, sizeof context);
    context.data_end = (uint32_t)count;
    context.ingress_ifindex = interface;
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.test.prog_fd = (uint32_t)program;
    attributes.test.data_in = (uint64_t)(uintptr_t)frame;
    attributes.test.data_size_in = (uint32_t)count;
    attributes.test.ctx_in = (uint64_t)(uintptr_t)&context;
    attributes.test.ctx_size_in = sizeof context;
    attributes.test.repeat = 1;
    attributes.test.flags = NA_BPF_LIVE_FRAMES;
    return call(BPF_PROG_TEST_RUN, &attributes) < 0 ? -errno : 0;
}
