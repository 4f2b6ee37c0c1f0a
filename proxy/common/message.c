/* SPDX-License-Identifier: BSD-2-Clause */
/* How long a message of each kind may be: one row per kind. */
#include "proxy/common/message.h"

#include <stddef.h>

#include "proxy/common/entry_msg.h"

#define ROUND8(n) ((uint32_t)(((n) + 7u) & ~(size_t)7u))

/* A plain struct. */
#define FIXED(type)                                                            \
	{                                                                      \
		ROUND8(sizeof(type)), ROUND8(sizeof(type))                     \
	}
/* Ends in a rule, then up to raw octets. */
#define RULED(type, raw)                                                       \
	{                                                                      \
		ROUND8(offsetof(type, rule) + RULE_SIZE_MIN),                  \
		    ROUND8(offsetof(type, rule) + RULE_SIZE_MAX + (raw))       \
	}
#define ENTRY                                                                  \
	{                                                                      \
		ROUND8(sizeof(struct msg_entry)), ROUND8(ENTRY_MSG_MAX)        \
	}

struct span {
	uint32_t min;
	uint32_t max;
};

static const struct span spans[MSG_KINDS] = {
	[MSG_CHANNEL] = FIXED(struct msg_channel),
	[MSG_STOP] = FIXED(struct msg_stop),
	[MSG_SESSION_CONFIG] = FIXED(struct msg_session_config),
	[MSG_SOCKET] = FIXED(struct msg_socket),
	[MSG_SOCKET_CLOSED] = FIXED(struct msg_socket),
	[MSG_DIAL] = FIXED(struct msg_dial),
	[MSG_DIAL_FAILED] = FIXED(struct msg_dial),
	[MSG_NUDGE] = FIXED(struct msg_head),
	[MSG_CFG_BEGIN] = FIXED(struct msg_cfg_begin),
	[MSG_CFG_ROUTER] = FIXED(struct msg_cfg_router),
	[MSG_CFG_LISTEN] = FIXED(struct msg_cfg_listen),
	[MSG_CFG_CUSTOMER] = FIXED(struct msg_cfg_customer),
	[MSG_CFG_PREFIX] = FIXED(struct msg_cfg_prefix),
	[MSG_CFG_TARGET] = FIXED(struct msg_cfg_target),
	[MSG_CFG_ASN] = FIXED(struct msg_cfg_asn),
	[MSG_CFG_VALIDATION] = FIXED(struct msg_cfg_validation),
	[MSG_CFG_NEIGHBOR] = FIXED(struct msg_cfg_neighbor),
	[MSG_CFG_KEY] = FIXED(struct msg_cfg_key),
	[MSG_CFG_IRR] = FIXED(struct msg_cfg_irr),
	[MSG_CFG_CLASS] = RULED(struct msg_cfg_class, 0),
	[MSG_CFG_REWRITE] = FIXED(struct msg_cfg_rewrite),
	[MSG_CFG_WISH] = FIXED(struct msg_cfg_wish),
	[MSG_CFG_PROTECTED] = RULED(struct msg_cfg_protected, 0),
	[MSG_CFG_FLEET] = FIXED(struct msg_cfg_fleet),
	[MSG_CFG_RPKI] = FIXED(struct msg_cfg_rpki),
	[MSG_CFG_SERVICE] = FIXED(struct msg_cfg_service),
	[MSG_CFG_LOG] = FIXED(struct msg_cfg_log),
	[MSG_STORE_LOG] = FIXED(struct msg_cfg_log),
	[MSG_SIGNER_CONFIG] = FIXED(struct msg_cfg_log),
	[MSG_WITNESS_CONFIG] = FIXED(struct msg_cfg_log),
	[MSG_SIGNER_HELLO] = FIXED(struct msg_signer_hello),
	[MSG_SIGN] = FIXED(struct msg_sign),
	[MSG_COSIGN] = FIXED(struct msg_cosign),
	[MSG_SIGNED] = FIXED(struct msg_signed),
	[MSG_ROTATE] = FIXED(struct msg_rotate),
	[MSG_SUBMIT] = FIXED(struct msg_submit),
	[MSG_SUBMITTED] = FIXED(struct msg_submitted),
	[MSG_CFG_ERROR] = FIXED(struct msg_cfg_error),
	[MSG_CFG_END] = FIXED(struct msg_cfg_end),
	[MSG_CFG_RESULT] = FIXED(struct msg_cfg_result),
	[MSG_PEER_BROKEN] = FIXED(struct msg_peer_broken),
	[MSG_IRR_BEGIN] = FIXED(struct msg_cfg_irr),
	[MSG_IRR_PREFIX] = FIXED(struct msg_cfg_prefix),
	[MSG_IRR_END] = FIXED(struct msg_irr_end),
	[MSG_HELD] = FIXED(struct msg_held),
	[MSG_PEER_AUTH] = FIXED(struct msg_peer_auth),
	[MSG_CONFIRMED] = FIXED(struct msg_confirm),
	[MSG_HTTP_CONFIG] = FIXED(struct msg_http_config),
	[MSG_HTTP_ASK] = FIXED(struct msg_head),
	[MSG_RPKI_CONFIG] = FIXED(struct msg_cfg_rpki),
	[MSG_VRP_BEGIN] = FIXED(struct msg_vrp_begin),
	[MSG_VRP] = { ROUND8(sizeof(struct msg_vrp) + sizeof(struct vrp)),
	    ROUND8(sizeof(struct msg_vrp) + VRPS_MAX * sizeof(struct vrp)) },
	[MSG_RPKI_STATE] = FIXED(struct msg_rpki_state),
	[MSG_STORE_CONFIG] = FIXED(struct msg_store_config),
	[MSG_CONTROL_CONFIG] = FIXED(struct msg_control_config),
	[MSG_RELOAD] = FIXED(struct msg_reload),
	[MSG_RELOAD_RESULT] = FIXED(struct msg_reload_result),
	[MSG_LOG_LEVEL] = FIXED(struct msg_log_level),
	[MSG_LOG_ASK] = FIXED(struct msg_log_ask),
	[MSG_LOG_SHOWN] = FIXED(struct msg_log_shown),
	[MSG_SESSION_STATE] = FIXED(struct msg_session_state),
	[MSG_RULE_ANNOUNCE] = RULED(struct msg_rule_announce, ENTRY_RAW_MAX),
	[MSG_RULE_WITHDRAW] = RULED(struct msg_rule_withdraw, 0),
	[MSG_RULE_REFUSED] = { ROUND8(sizeof(struct msg_rule_refused)),
	    ROUND8(sizeof(struct msg_rule_refused) + ENTRY_RAW_MAX) },
	[MSG_RIB_MARK] = FIXED(struct msg_rib_mark),
	[MSG_UNICAST] = { ROUND8(sizeof(struct msg_unicast) +
				 sizeof(struct unicast4)),
	    ROUND8(sizeof(struct msg_unicast) +
		   UNICAST6_MAX * sizeof(struct unicast6)) },
	[MSG_OUT_HELD] = RULED(struct msg_out_rule, 0),
	[MSG_RULE_ACK] = FIXED(struct msg_rule_ack),
	[MSG_REFRESH] = FIXED(struct msg_refresh),
	[MSG_PEER_CEASE] = FIXED(struct msg_peer_cease),
	[MSG_OUT_ATTRS] = FIXED(struct msg_out_attrs),
	[MSG_OUT_ANNOUNCE] = RULED(struct msg_out_rule, 0),
	[MSG_OUT_WITHDRAW] = RULED(struct msg_out_rule, 0),
	[MSG_OUT_SYNC] = FIXED(struct msg_out_sync),
	[MSG_STORE_HELLO] = FIXED(struct msg_store_hello),
	[MSG_STORE_LOAD] = FIXED(struct msg_store_seq),
	[MSG_STORE_LIVE] = ENTRY,
	[MSG_STORE_LOADED] = FIXED(struct msg_store_seq),
	[MSG_STORE_APPEND] = ENTRY,
	[MSG_STORE_DURABLE] = FIXED(struct msg_store_seq),
	[MSG_STORE_STATUS] = FIXED(struct msg_store_status),
	[MSG_STORE_NOTE] = FIXED(struct msg_store_note),
	[MSG_AUDIT_RAW_ASK] = FIXED(struct msg_audit_raw_ask),
	[MSG_AUDIT_RAW] = { ROUND8(sizeof(struct msg_audit_raw)),
	    ROUND8(sizeof(struct msg_audit_raw) + AUDIT_RAW_MAX) },
	[MSG_AUDIT_SEAL_ASK] = FIXED(struct msg_audit_seal_ask),
	[MSG_AUDIT_SEAL] = FIXED(struct msg_audit_seal),
	[MSG_AUDIT_PROOF_ASK] = FIXED(struct msg_audit_proof_ask),
	[MSG_AUDIT_PROOF] = FIXED(struct msg_audit_proof),
	[MSG_AUDIT_ACT] = FIXED(struct msg_audit_act),
	[MSG_AUDIT_ACTED] = FIXED(struct msg_audit_acted),
	[MSG_AUDIT_QUERY] = FIXED(struct msg_audit_query),
	[MSG_AUDIT_ENTRY] = ENTRY,
	[MSG_AUDIT_END] = FIXED(struct msg_audit_end),
	/* The rule is there for EXPLAIN only. */
	[MSG_CTL_REQUEST] = { ROUND8(offsetof(struct msg_ctl_request, rule)),
	    ROUND8(sizeof(struct msg_ctl_request)) },
	[MSG_CTL_STATUS] = FIXED(struct msg_ctl_status),
	[MSG_CTL_SESSION] = FIXED(struct msg_ctl_session),
	[MSG_CTL_RULE] = RULED(struct msg_ctl_rule, 0),
	[MSG_CTL_CHECK] = FIXED(struct msg_ctl_check),
	[MSG_CTL_ROUTE] = FIXED(struct msg_ctl_route),
	[MSG_CTL_CUSTOMER] = FIXED(struct msg_ctl_customer),
	[MSG_CTL_METRIC] = FIXED(struct msg_ctl_metric),
	[MSG_CTL_END] = FIXED(struct msg_ctl_end),
	[MSG_GUARD_PAST] = FIXED(struct msg_guard_past),
	[MSG_GUARD_SUSPECT] = RULED(struct msg_guard_suspect, 0),
};

uint32_t
msg_len_min(unsigned kind)
{
	return kind < MSG_KINDS ? spans[kind].min : 0;
}

uint32_t
msg_len_max(unsigned kind)
{
	return kind < MSG_KINDS ? spans[kind].max : 0;
}
