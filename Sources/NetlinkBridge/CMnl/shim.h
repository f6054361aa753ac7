#pragma once
// <linux/netfilter.h> clashes with Glibc's <netinet/in.h> unless these two come first.
#include <net/if.h>
#include <netinet/in.h>
#include <libmnl/libmnl.h>
