// Definitions of the program's own for functions of which this C library has a newer version than glibc 2.34, that
// of Amazon Linux 2023: a reference to such a version would keep a program that was linked here from starting there.
// They are hidden, so that no other library meets them.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define HIDDEN __attribute__((visibility("hidden")))

// Version 2.35; Swift's Glibc overlay refers to it. As in glibc, a square of a float neither overflows nor vanishes
// as a double, and an infinite side makes an infinite length even beside a NaN (C11 annex F.10.4.3).
HIDDEN float hypotf(float x, float y) {
    if (isinf(x) || isinf(y)) return INFINITY;
    return (float)sqrt((double)x * x + (double)y * y);
}

// Since version 2.36; std::random_device of a static libstdc++ refers to it.
HIDDEN uint32_t arc4random(void) {
    uint32_t value;
    ssize_t got;
    do {
        got = getrandom(&value, sizeof value, 0);
    } while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof value) abort();
    return value;
}

#ifdef DLFO_STRUCT_HAS_EH_DBASE
struct search {
    uintptr_t address;
    struct dl_find_object *found;
};

static int look_at(struct dl_phdr_info *object, size_t size, void *argument) {
    (void)size;
    struct search *search = argument;
    uintptr_t start = UINTPTR_MAX, end = 0, table = 0;
    int holds_address = 0;
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &object->dlpi_phdr[i];
        uintptr_t low = object->dlpi_addr + header->p_vaddr;
        if (header->p_type == PT_GNU_EH_FRAME) table = low;
        if (header->p_type != PT_LOAD) continue;
        uintptr_t high = low + header->p_memsz;
        if (low <= search->address && search->address < high) holds_address = 1;
        if (low < start) start = low;
        if (high > end) end = high;
    }
    if (!holds_address || table == 0) return 0;
    memset(search->found, 0, sizeof *search->found);
    search->found->dlfo_map_start = (void *)start;
    search->found->dlfo_map_end = (void *)end;
    search->found->dlfo_eh_frame = (void *)table;
    return 1;
}

// Since version 2.35; the unwinder of a static libgcc finds the frames of an address with it. This is how it did so
// before; what it does not read, the link map and (on 32-bit x86 only) the data base, stays null.
HIDDEN int _dl_find_object(void *address, struct dl_find_object *found) {
    struct search search = {(uintptr_t)address, found};
    return dl_iterate_phdr(look_at, &search) == 1 ? 0 : -1;
}
#endif
