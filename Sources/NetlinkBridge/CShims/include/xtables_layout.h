// Where the fields of the xtables structures lie, taken from the kernel's own headers by the C compiler: the blobs are
// native structures, so that their layout is the C compiler's business and not the decoder's.
#pragma once

#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>

#include <linux/netfilter/ipset/ip_set.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/x_tables.h>
#include <linux/netfilter/xt_CONNMARK.h>
#include <linux/netfilter/xt_CT.h>
#include <linux/netfilter/xt_LOG.h>
#include <linux/netfilter/xt_MARK.h>
#include <linux/netfilter/xt_TPROXY.h>
#include <linux/netfilter/xt_addrtype.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_devgroup.h>
#include <linux/netfilter/xt_dscp.h>
#include <linux/netfilter/xt_helper.h>
#include <linux/netfilter/xt_iprange.h>
#include <linux/netfilter/xt_ipvs.h>
#include <linux/netfilter/xt_length.h>
#include <linux/netfilter/xt_limit.h>
#include <linux/netfilter/xt_mac.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_owner.h>
#include <linux/netfilter/xt_physdev.h>
#include <linux/netfilter/xt_pkttype.h>
#include <linux/netfilter/xt_policy.h>
#include <linux/netfilter/xt_recent.h>
#include <linux/netfilter/xt_sctp.h>
#include <linux/netfilter/xt_set.h>
#include <linux/netfilter/xt_state.h>
#include <linux/netfilter/xt_statistic.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv4/ipt_ttl.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#define NA_AT(name, type, field) NA_##name = (int)offsetof(type, field)
#define NA_SIZE(name, type) NA_##name##_SIZE = (int)sizeof(type)

// linux/netfilter_ipv4/ip_tables.h, linux/netfilter_ipv6/ip6_tables.h, linux/netfilter/x_tables.h
enum {
    NA_SIZE(GETINFO, struct ipt_getinfo),
    NA_AT(GETINFO_NAME, struct ipt_getinfo, name),
    NA_AT(GETINFO_VALID_HOOKS, struct ipt_getinfo, valid_hooks),
    NA_AT(GETINFO_HOOK_ENTRY, struct ipt_getinfo, hook_entry),
    NA_AT(GETINFO_UNDERFLOW, struct ipt_getinfo, underflow),
    NA_AT(GETINFO_NUM_ENTRIES, struct ipt_getinfo, num_entries),
    NA_AT(GETINFO_TABLE_SIZE, struct ipt_getinfo, size),
    NA_AT(GET_ENTRIES_NAME, struct ipt_get_entries, name),
    NA_AT(GET_ENTRIES_COUNT, struct ipt_get_entries, size),
    NA_AT(GET_ENTRIES_TABLE, struct ipt_get_entries, entrytable),
    NA_SIZE(TABLE_NAME, ((struct ipt_getinfo *)0)->name),

    NA_SIZE(ENTRY4, struct ipt_entry),
    NA_AT(ENTRY4_SOURCE, struct ipt_entry, ip.src),
    NA_AT(ENTRY4_SOURCE_MASK, struct ipt_entry, ip.smsk),
    NA_AT(ENTRY4_DESTINATION, struct ipt_entry, ip.dst),
    NA_AT(ENTRY4_DESTINATION_MASK, struct ipt_entry, ip.dmsk),
    NA_AT(ENTRY4_INPUT, struct ipt_entry, ip.iniface),
    NA_AT(ENTRY4_INPUT_MASK, struct ipt_entry, ip.iniface_mask),
    NA_AT(ENTRY4_OUTPUT, struct ipt_entry, ip.outiface),
    NA_AT(ENTRY4_OUTPUT_MASK, struct ipt_entry, ip.outiface_mask),
    NA_AT(ENTRY4_PROTOCOL, struct ipt_entry, ip.proto),
    NA_AT(ENTRY4_FLAGS, struct ipt_entry, ip.flags),
    NA_AT(ENTRY4_INVERSIONS, struct ipt_entry, ip.invflags),
    NA_AT(ENTRY4_TARGET_OFFSET, struct ipt_entry, target_offset),
    NA_AT(ENTRY4_NEXT_OFFSET, struct ipt_entry, next_offset),
    NA_AT(ENTRY4_COUNTERS, struct ipt_entry, counters),

    NA_SIZE(ENTRY6, struct ip6t_entry),
    NA_AT(ENTRY6_SOURCE, struct ip6t_entry, ipv6.src),
    NA_AT(ENTRY6_SOURCE_MASK, struct ip6t_entry, ipv6.smsk),
    NA_AT(ENTRY6_DESTINATION, struct ip6t_entry, ipv6.dst),
    NA_AT(ENTRY6_DESTINATION_MASK, struct ip6t_entry, ipv6.dmsk),
    NA_AT(ENTRY6_INPUT, struct ip6t_entry, ipv6.iniface),
    NA_AT(ENTRY6_INPUT_MASK, struct ip6t_entry, ipv6.iniface_mask),
    NA_AT(ENTRY6_OUTPUT, struct ip6t_entry, ipv6.outiface),
    NA_AT(ENTRY6_OUTPUT_MASK, struct ip6t_entry, ipv6.outiface_mask),
    NA_AT(ENTRY6_PROTOCOL, struct ip6t_entry, ipv6.proto),
    NA_AT(ENTRY6_TOS, struct ip6t_entry, ipv6.tos),
    NA_AT(ENTRY6_FLAGS, struct ip6t_entry, ipv6.flags),
    NA_AT(ENTRY6_INVERSIONS, struct ip6t_entry, ipv6.invflags),
    NA_AT(ENTRY6_TARGET_OFFSET, struct ip6t_entry, target_offset),
    NA_AT(ENTRY6_NEXT_OFFSET, struct ip6t_entry, next_offset),
    NA_AT(ENTRY6_COUNTERS, struct ip6t_entry, counters),

    NA_AT(COUNTERS_PACKETS, struct xt_counters, pcnt),
    NA_AT(COUNTERS_BYTES, struct xt_counters, bcnt),

    // xt_entry_match and xt_entry_target have the same header.
    NA_SIZE(EXTENSION, struct xt_entry_match),
    NA_AT(EXTENSION_LENGTH, struct xt_entry_match, u.match_size),
    NA_AT(EXTENSION_NAME, struct xt_entry_match, u.user.name),
    NA_AT(EXTENSION_REVISION, struct xt_entry_match, u.user.revision),
    NA_EXTENSION_NAME_LENGTH = XT_EXTENSION_MAXNAMELEN,
    NA_STANDARD_VERDICT = (int)offsetof(struct xt_standard_target, verdict) - (int)sizeof(struct xt_entry_target),
    NA_ERROR_NAME_LENGTH = XT_FUNCTION_MAXNAMELEN,
    NA_XT_RETURN = XT_RETURN,
    NA_HOOKS = NF_INET_NUMHOOKS,
};

// linux/netfilter/nf_nat.h
enum {
    NA_AT(NAT4_COUNT, struct nf_nat_ipv4_multi_range_compat, rangesize),
    NA_AT(NAT4_FLAGS, struct nf_nat_ipv4_multi_range_compat, range[0].flags),
    NA_AT(NAT4_MIN, struct nf_nat_ipv4_multi_range_compat, range[0].min_ip),
    NA_AT(NAT4_MAX, struct nf_nat_ipv4_multi_range_compat, range[0].max_ip),
    NA_AT(NAT4_MIN_PORT, struct nf_nat_ipv4_multi_range_compat, range[0].min),
    NA_AT(NAT4_MAX_PORT, struct nf_nat_ipv4_multi_range_compat, range[0].max),
    NA_AT(NAT_FLAGS, struct nf_nat_range2, flags),
    NA_AT(NAT_MIN, struct nf_nat_range2, min_addr),
    NA_AT(NAT_MAX, struct nf_nat_range2, max_addr),
    NA_AT(NAT_MIN_PORT, struct nf_nat_range2, min_proto),
    NA_AT(NAT_MAX_PORT, struct nf_nat_range2, max_proto),
    NA_AT(NAT_BASE_PORT, struct nf_nat_range2, base_proto),
};

// The match structures, each in linux/netfilter/xt_NAME.h
enum {
    NA_AT(MARK_MARK, struct xt_mark_mtinfo1, mark),
    NA_AT(MARK_MASK, struct xt_mark_mtinfo1, mask),
    NA_AT(MARK_INVERT, struct xt_mark_mtinfo1, invert),

    NA_AT(CONNTRACK_ORIGSRC, struct xt_conntrack_mtinfo3, origsrc_addr),
    NA_AT(CONNTRACK_ORIGSRC_MASK, struct xt_conntrack_mtinfo3, origsrc_mask),
    NA_AT(CONNTRACK_ORIGDST, struct xt_conntrack_mtinfo3, origdst_addr),
    NA_AT(CONNTRACK_ORIGDST_MASK, struct xt_conntrack_mtinfo3, origdst_mask),
    NA_AT(CONNTRACK_REPLSRC, struct xt_conntrack_mtinfo3, replsrc_addr),
    NA_AT(CONNTRACK_REPLSRC_MASK, struct xt_conntrack_mtinfo3, replsrc_mask),
    NA_AT(CONNTRACK_REPLDST, struct xt_conntrack_mtinfo3, repldst_addr),
    NA_AT(CONNTRACK_REPLDST_MASK, struct xt_conntrack_mtinfo3, repldst_mask),
    NA_AT(CONNTRACK_EXPIRES_MIN, struct xt_conntrack_mtinfo3, expires_min),
    NA_AT(CONNTRACK_EXPIRES_MAX, struct xt_conntrack_mtinfo3, expires_max),
    NA_AT(CONNTRACK_PROTOCOL, struct xt_conntrack_mtinfo3, l4proto),
    NA_AT(CONNTRACK_ORIGSRC_PORT, struct xt_conntrack_mtinfo3, origsrc_port),
    NA_AT(CONNTRACK_ORIGDST_PORT, struct xt_conntrack_mtinfo3, origdst_port),
    NA_AT(CONNTRACK_REPLSRC_PORT, struct xt_conntrack_mtinfo3, replsrc_port),
    NA_AT(CONNTRACK_REPLDST_PORT, struct xt_conntrack_mtinfo3, repldst_port),
    NA_AT(CONNTRACK_TESTS, struct xt_conntrack_mtinfo3, match_flags),
    NA_AT(CONNTRACK_INVERSIONS, struct xt_conntrack_mtinfo3, invert_flags),
    NA_AT(CONNTRACK_STATE, struct xt_conntrack_mtinfo3, state_mask),
    NA_AT(CONNTRACK_STATUS, struct xt_conntrack_mtinfo3, status_mask),
    NA_AT(CONNTRACK_ORIGSRC_PORT_HIGH, struct xt_conntrack_mtinfo3, origsrc_port_high),
    NA_AT(CONNTRACK_ORIGDST_PORT_HIGH, struct xt_conntrack_mtinfo3, origdst_port_high),
    NA_AT(CONNTRACK_REPLSRC_PORT_HIGH, struct xt_conntrack_mtinfo3, replsrc_port_high),
    NA_AT(CONNTRACK_REPLDST_PORT_HIGH, struct xt_conntrack_mtinfo3, repldst_port_high),
    NA_CONNTRACK_LENGTH = sizeof(struct xt_conntrack_mtinfo3),
    // Revision 1 keeps both masks in one byte each.
    NA_AT(CONNTRACK1_STATE, struct xt_conntrack_mtinfo1, state_mask),
    NA_AT(CONNTRACK1_STATUS, struct xt_conntrack_mtinfo1, status_mask),
    NA_STATE0_UNTRACKED = XT_STATE_UNTRACKED,

    NA_AT(ADDRTYPE0_SOURCE, struct xt_addrtype_info, source),
    NA_AT(ADDRTYPE0_DESTINATION, struct xt_addrtype_info, dest),
    NA_AT(ADDRTYPE0_INVERT_SOURCE, struct xt_addrtype_info, invert_source),
    NA_AT(ADDRTYPE0_INVERT_DESTINATION, struct xt_addrtype_info, invert_dest),
    NA_AT(ADDRTYPE_SOURCE, struct xt_addrtype_info_v1, source),
    NA_AT(ADDRTYPE_DESTINATION, struct xt_addrtype_info_v1, dest),
    NA_AT(ADDRTYPE_FLAGS, struct xt_addrtype_info_v1, flags),

    NA_AT(TCP_SOURCE, struct xt_tcp, spts),
    NA_AT(TCP_DESTINATION, struct xt_tcp, dpts),
    NA_AT(TCP_OPTION, struct xt_tcp, option),
    NA_AT(TCP_FLAG_MASK, struct xt_tcp, flg_mask),
    NA_AT(TCP_FLAGS, struct xt_tcp, flg_cmp),
    NA_AT(TCP_INVERSIONS, struct xt_tcp, invflags),
    NA_AT(UDP_SOURCE, struct xt_udp, spts),
    NA_AT(UDP_DESTINATION, struct xt_udp, dpts),
    NA_AT(UDP_INVERSIONS, struct xt_udp, invflags),
    NA_AT(SCTP_SOURCE, struct xt_sctp_info, spts),
    NA_AT(SCTP_DESTINATION, struct xt_sctp_info, dpts),
    NA_AT(SCTP_TESTS, struct xt_sctp_info, flags),
    NA_AT(SCTP_INVERSIONS, struct xt_sctp_info, invflags),
    NA_AT(MULTIPORT_KIND, struct xt_multiport_v1, flags),
    NA_AT(MULTIPORT_COUNT, struct xt_multiport_v1, count),
    NA_AT(MULTIPORT_PORTS, struct xt_multiport_v1, ports),
    NA_AT(MULTIPORT_RANGES, struct xt_multiport_v1, pflags),
    NA_AT(MULTIPORT_INVERT, struct xt_multiport_v1, invert),
    NA_AT(ICMP_TYPE, struct ipt_icmp, type),
    NA_AT(ICMP_CODES, struct ipt_icmp, code),
    NA_AT(ICMP_INVERSIONS, struct ipt_icmp, invflags),

    NA_AT(IPRANGE_SOURCE_MIN, struct xt_iprange_mtinfo, src_min),
    NA_AT(IPRANGE_SOURCE_MAX, struct xt_iprange_mtinfo, src_max),
    NA_AT(IPRANGE_DESTINATION_MIN, struct xt_iprange_mtinfo, dst_min),
    NA_AT(IPRANGE_DESTINATION_MAX, struct xt_iprange_mtinfo, dst_max),
    NA_AT(IPRANGE_FLAGS, struct xt_iprange_mtinfo, flags),

    NA_AT(SET_INDEX, struct xt_set_info, index),
    NA_AT(SET_DIMENSIONS, struct xt_set_info, dim),
    NA_AT(SET_FLAGS, struct xt_set_info, flags),
    NA_AT(SET0_FLAGS, struct xt_set_info_v0, u.flags),
    NA_SIZE(SET_INFO, struct xt_set_info),
    NA_SIZE(SET0_INFO, struct xt_set_info_v0),
    NA_AT(SET3_PACKETS, struct xt_set_info_match_v3, packets.value),
    NA_AT(SET3_PACKETS_TEST, struct xt_set_info_match_v3, packets.op),
    NA_AT(SET3_BYTES, struct xt_set_info_match_v3, bytes.value),
    NA_AT(SET3_BYTES_TEST, struct xt_set_info_match_v3, bytes.op),
    NA_AT(SET3_OPTIONS, struct xt_set_info_match_v3, flags),
    NA_AT(SET4_PACKETS, struct xt_set_info_match_v4, packets.value),
    NA_AT(SET4_PACKETS_TEST, struct xt_set_info_match_v4, packets.op),
    NA_AT(SET4_BYTES, struct xt_set_info_match_v4, bytes.value),
    NA_AT(SET4_BYTES_TEST, struct xt_set_info_match_v4, bytes.op),
    NA_AT(SET4_OPTIONS, struct xt_set_info_match_v4, flags),

    NA_AT(STATISTIC_MODE, struct xt_statistic_info, mode),
    NA_AT(STATISTIC_FLAGS, struct xt_statistic_info, flags),
    NA_AT(STATISTIC_PROBABILITY, struct xt_statistic_info, u.random.probability),
    NA_AT(STATISTIC_EVERY, struct xt_statistic_info, u.nth.every),
    NA_AT(STATISTIC_PACKET, struct xt_statistic_info, u.nth.packet),

    NA_AT(PHYSDEV_INPUT, struct xt_physdev_info, physindev),
    NA_AT(PHYSDEV_INPUT_MASK, struct xt_physdev_info, in_mask),
    NA_AT(PHYSDEV_OUTPUT, struct xt_physdev_info, physoutdev),
    NA_AT(PHYSDEV_OUTPUT_MASK, struct xt_physdev_info, out_mask),
    NA_AT(PHYSDEV_INVERSIONS, struct xt_physdev_info, invert),
    NA_AT(PHYSDEV_TESTS, struct xt_physdev_info, bitmask),

    NA_SIZE(POLICY_ELEMENT, struct xt_policy_elem),
    NA_AT(POLICY_ELEMENTS, struct xt_policy_info, pol),
    NA_AT(POLICY_FLAGS, struct xt_policy_info, flags),
    NA_AT(POLICY_COUNT, struct xt_policy_info, len),
    NA_AT(POLICY_SOURCE, struct xt_policy_elem, saddr),
    NA_AT(POLICY_SOURCE_MASK, struct xt_policy_elem, smask),
    NA_AT(POLICY_DESTINATION, struct xt_policy_elem, daddr),
    NA_AT(POLICY_DESTINATION_MASK, struct xt_policy_elem, dmask),
    NA_AT(POLICY_SPI, struct xt_policy_elem, spi),
    NA_AT(POLICY_REQID, struct xt_policy_elem, reqid),
    NA_AT(POLICY_PROTOCOL, struct xt_policy_elem, proto),
    NA_AT(POLICY_MODE, struct xt_policy_elem, mode),
    NA_AT(POLICY_TESTS, struct xt_policy_elem, match),
    NA_AT(POLICY_INVERSIONS, struct xt_policy_elem, invert),

    NA_AT(OWNER_UID_MIN, struct xt_owner_match_info, uid_min),
    NA_AT(OWNER_UID_MAX, struct xt_owner_match_info, uid_max),
    NA_AT(OWNER_GID_MIN, struct xt_owner_match_info, gid_min),
    NA_AT(OWNER_GID_MAX, struct xt_owner_match_info, gid_max),
    NA_AT(OWNER_TESTS, struct xt_owner_match_info, match),
    NA_AT(OWNER_INVERSIONS, struct xt_owner_match_info, invert),

    NA_AT(MAC_ADDRESS, struct xt_mac_info, srcaddr),
    NA_AT(MAC_INVERT, struct xt_mac_info, invert),
    NA_AT(LIMIT_AVERAGE, struct xt_rateinfo, avg),
    NA_AT(LIMIT_BURST, struct xt_rateinfo, burst),
    NA_AT(LENGTH_MIN, struct xt_length_info, min),
    NA_AT(LENGTH_MAX, struct xt_length_info, max),
    NA_AT(LENGTH_INVERT, struct xt_length_info, invert),

    NA_AT(TTL_MODE, struct ipt_ttl_info, mode),
    NA_AT(TTL_VALUE, struct ipt_ttl_info, ttl),
    NA_AT(DSCP_VALUE, struct xt_dscp_info, dscp),
    NA_AT(DSCP_INVERT, struct xt_dscp_info, invert),
    NA_AT(TOS_MASK, struct xt_tos_match_info, tos_mask),
    NA_AT(TOS_VALUE, struct xt_tos_match_info, tos_value),
    NA_AT(TOS_INVERT, struct xt_tos_match_info, invert),
    NA_AT(HELPER_INVERT, struct xt_helper_info, invert),
    NA_AT(HELPER_NAME, struct xt_helper_info, name),
    NA_SIZE(HELPER_NAME, ((struct xt_helper_info *)0)->name),
    NA_AT(DEVGROUP_FLAGS, struct xt_devgroup_info, flags),
    NA_AT(DEVGROUP_SOURCE, struct xt_devgroup_info, src_group),
    NA_AT(DEVGROUP_SOURCE_MASK, struct xt_devgroup_info, src_mask),
    NA_AT(DEVGROUP_DESTINATION, struct xt_devgroup_info, dst_group),
    NA_AT(DEVGROUP_DESTINATION_MASK, struct xt_devgroup_info, dst_mask),
    NA_AT(PKTTYPE_TYPE, struct xt_pkttype_info, pkttype),
    NA_AT(PKTTYPE_INVERT, struct xt_pkttype_info, invert),

    NA_AT(RECENT_SECONDS, struct xt_recent_mtinfo_v1, seconds),
    NA_AT(RECENT_HIT_COUNT, struct xt_recent_mtinfo_v1, hit_count),
    NA_AT(RECENT_CHECKS, struct xt_recent_mtinfo_v1, check_set),
    NA_AT(RECENT_INVERT, struct xt_recent_mtinfo_v1, invert),
    NA_AT(RECENT_NAME, struct xt_recent_mtinfo_v1, name),
    NA_AT(RECENT_SIDE, struct xt_recent_mtinfo_v1, side),
    NA_AT(RECENT_MASK, struct xt_recent_mtinfo_v1, mask),
    NA_RECENT_NAME_LENGTH = XT_RECENT_NAME_LEN,

    NA_AT(IPVS_ADDRESS, struct xt_ipvs_mtinfo, vaddr),
    NA_AT(IPVS_MASK, struct xt_ipvs_mtinfo, vmask),
    NA_AT(IPVS_PORT, struct xt_ipvs_mtinfo, vport),
    NA_AT(IPVS_PROTOCOL, struct xt_ipvs_mtinfo, l4proto),
    NA_AT(IPVS_METHOD, struct xt_ipvs_mtinfo, fwd_method),
    NA_AT(IPVS_CONTROL_PORT, struct xt_ipvs_mtinfo, vportctl),
    NA_AT(IPVS_INVERSIONS, struct xt_ipvs_mtinfo, invert),
    NA_AT(IPVS_TESTS, struct xt_ipvs_mtinfo, bitmask),
};

// The target structures, each in linux/netfilter/xt_NAME.h
enum {
    NA_AT(SETMARK_MARK, struct xt_mark_tginfo2, mark),
    NA_AT(SETMARK_MASK, struct xt_mark_tginfo2, mask),
    NA_AT(CONNMARK_MARK, struct xt_connmark_tginfo1, ctmark),
    NA_AT(CONNMARK_MASK, struct xt_connmark_tginfo1, ctmask),
    NA_AT(CONNMARK_PACKET_MASK, struct xt_connmark_tginfo1, nfmask),
    NA_AT(CONNMARK_MODE, struct xt_connmark_tginfo1, mode),
    NA_AT(CONNMARK2_SHIFT_DIRECTION, struct xt_connmark_tginfo2, shift_dir),
    NA_AT(CONNMARK2_SHIFT_BITS, struct xt_connmark_tginfo2, shift_bits),
    NA_AT(CONNMARK2_MODE, struct xt_connmark_tginfo2, mode),
    NA_AT(CT_FLAGS, struct xt_ct_target_info_v1, flags),
    NA_AT(CT_ZONE, struct xt_ct_target_info_v1, zone),
    NA_AT(CT_EVENTS, struct xt_ct_target_info_v1, ct_events),
    NA_AT(CT_EXPECTATION_EVENTS, struct xt_ct_target_info_v1, exp_events),
    NA_AT(CT_HELPER, struct xt_ct_target_info_v1, helper),
    NA_AT(CT_TIMEOUT, struct xt_ct_target_info_v1, timeout),
    NA_AT(TPROXY_MASK, struct xt_tproxy_target_info_v1, mark_mask),
    NA_AT(TPROXY_MARK, struct xt_tproxy_target_info_v1, mark_value),
    NA_AT(TPROXY_ADDRESS, struct xt_tproxy_target_info_v1, laddr),
    NA_AT(TPROXY_PORT, struct xt_tproxy_target_info_v1, lport),
    NA_AT(LOG_LEVEL, struct xt_log_info, level),
    NA_AT(LOG_FLAGS, struct xt_log_info, logflags),
    NA_AT(LOG_PREFIX, struct xt_log_info, prefix),
    NA_SIZE(LOG_PREFIX, ((struct xt_log_info *)0)->prefix),
};

// linux/netfilter/ipset/ip_set.h: the question by which a set's name is learnt from its index.
enum {
    NA_SIZE(SET_REQUEST, struct ip_set_req_get_set),
    NA_AT(SET_REQUEST_OPERATION, struct ip_set_req_get_set, op),
    NA_AT(SET_REQUEST_VERSION, struct ip_set_req_get_set, version),
    NA_AT(SET_REQUEST_INDEX, struct ip_set_req_get_set, set.index),
    NA_AT(SET_REQUEST_NAME, struct ip_set_req_get_set, set.name),
    NA_SET_NAME_LENGTH = IPSET_MAXNAMELEN,
    NA_SET_PROTOCOL = IPSET_PROTOCOL,
    // The oldest protocol that lists sets as they are read here; every kernel since 2.6.39 takes it.
    NA_SET_LISTING_PROTOCOL = IPSET_PROTOCOL_MIN,
    NA_SET_BY_INDEX = IP_SET_OP_GET_BYINDEX,
    NA_SET_OPTION = SO_IP_SET,
    // A flag of xt_set_info_target_v3.
    NA_SET_MAP_MARK = IPSET_FLAG_MAP_SKBMARK,
};

// xt_sctp.h leaves a macro of this common name behind.
#undef bytes
#undef NA_AT
#undef NA_SIZE
