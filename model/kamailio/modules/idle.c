/* SPDX-License-Identifier: MIT */
/*
 * Modules that do nothing on the wire: they load, and their parameters are known by their names. What they
 * write into logs and data bases, and what they answer to other programs, is not simulated.
 */
#include "model/kamailio/modules/module.h"

#define IDLE_INT(name)                                                                                       \
    { KAM_INT(name, 0, INT64_MIN, INT64_MAX), KAM_NO_EFFECT }
#define IDLE_STR(name)                                                                                       \
    { KAM_TEXT(name, ""), KAM_NO_EFFECT }

static const struct kam_param acc_params[] = {IDLE_INT("early_media"),
                                              IDLE_INT("failed_transaction_flag"),
                                              IDLE_STR("failed_filter"),
                                              IDLE_INT("report_ack"),
                                              IDLE_INT("report_cancels"),
                                              IDLE_INT("detect_direction"),
                                              IDLE_STR("multi_leg_info"),
                                              IDLE_INT("log_flag"),
                                              IDLE_INT("log_missed_flag"),
                                              IDLE_INT("log_level"),
                                              IDLE_STR("log_facility"),
                                              IDLE_STR("log_extra"),
                                              IDLE_INT("db_flag"),
                                              IDLE_INT("db_missed_flag"),
                                              IDLE_STR("db_extra"),
                                              IDLE_STR("db_url"),
                                              IDLE_STR("db_table_acc"),
                                              IDLE_STR("db_table_missed_calls"),
                                              IDLE_STR("acc_method_column"),
                                              IDLE_STR("acc_from_tag_column"),
                                              IDLE_STR("acc_to_tag_column"),
                                              IDLE_STR("acc_callid_column"),
                                              IDLE_STR("acc_sip_code_column"),
                                              IDLE_STR("acc_sip_reason_column"),
                                              IDLE_STR("acc_time_column"),
                                              IDLE_INT("db_insert_mode"),
                                              IDLE_INT("time_mode"),
                                              IDLE_STR("time_attr"),
                                              IDLE_STR("time_exten"),
                                              IDLE_STR("time_format"),
                                              IDLE_INT("cdr_enable"),
                                              IDLE_INT("cdr_expired_dlg_enable"),
                                              IDLE_INT("cdr_start_on_confirmed"),
                                              IDLE_INT("cdr_log_enable"),
                                              IDLE_STR("cdr_extra"),
                                              IDLE_STR("cdr_facility"),
                                              IDLE_STR("cdrs_table"),
                                              IDLE_STR("cdr_start_id"),
                                              IDLE_STR("cdr_end_id"),
                                              IDLE_STR("cdr_duration_id"),
                                              IDLE_INT("cdr_on_failed"),
                                              IDLE_STR("reason_from_hf"),
                                              IDLE_INT("clone_msg"),
                                              {0}};

static const struct kam_param jsonrpcs_params[] = {IDLE_INT("pretty_format"),  IDLE_INT("transport"),
                                                   IDLE_STR("fifo_name"),      IDLE_INT("fifo_mode"),
                                                   IDLE_INT("fifo_group"),     IDLE_INT("fifo_user"),
                                                   IDLE_STR("fifo_reply_dir"), IDLE_STR("dgram_socket"),
                                                   IDLE_INT("dgram_mode"),     IDLE_INT("dgram_group"),
                                                   IDLE_INT("dgram_user"),     IDLE_INT("dgram_workers"),
                                                   IDLE_INT("dgram_timeout"),  {0}};

static const struct kam_param ctl_params[] = {IDLE_STR("binrpc"),
                                              IDLE_INT("binrpc_max_body_size"),
                                              IDLE_INT("binrpc_struct_max_body_size"),
                                              IDLE_STR("fifo"),
                                              IDLE_STR("user"),
                                              IDLE_STR("group"),
                                              IDLE_INT("mode"),
                                              IDLE_INT("autoconversion"),
                                              {0}};

static const struct kam_param counters_params[] = {
    IDLE_STR("script_counter"), IDLE_STR("script_cnt_grp_name"), {0}};

static const struct kam_param debugger_params[] = {IDLE_INT("breakpoint"),
                                                   IDLE_INT("cfgtrace"),
                                                   IDLE_STR("cfgtrace_format"),
                                                   IDLE_INT("log_level"),
                                                   IDLE_STR("log_level_name"),
                                                   IDLE_STR("log_facility"),
                                                   IDLE_STR("log_prefix"),
                                                   IDLE_INT("log_assign"),
                                                   IDLE_STR("mod_level"),
                                                   IDLE_INT("mod_level_mode"),
                                                   IDLE_INT("mod_hash_size"),
                                                   IDLE_STR("mod_facility"),
                                                   IDLE_INT("mod_facility_mode"),
                                                   IDLE_INT("cfgpkgcheck"),
                                                   IDLE_INT("reset_msgid"),
                                                   IDLE_INT("cfgtest"),
                                                   {0}};

/* Drivers of data bases. What the tables hold that other modules ask for stands in scenario.yaml. */
static const struct kam_param db_text_params[] = {IDLE_INT("db_mode"),
                                                  IDLE_INT("emptystring"),
                                                  IDLE_INT("file_buffer_size"),
                                                  IDLE_INT("max_result_rows"),
                                                  IDLE_STR("default_connection"),
                                                  IDLE_STR("db_delim"),
                                                  {0}};

static const struct kam_param db_mysql_params[] = {
    IDLE_INT("ping_interval"),    IDLE_INT("server_timezone"),
    IDLE_INT("timeout_interval"), IDLE_INT("auto_reconnect"),
    IDLE_INT("insert_delayed"),   IDLE_INT("update_affected_found"),
    IDLE_INT("opt_ssl_mode"),     {0}};

static const struct kam_param db_postgres_params[] = {IDLE_INT("retries"),
                                                      IDLE_INT("timeout"),
                                                      IDLE_INT("tcp_keepalive"),
                                                      IDLE_INT("lockset"),
                                                      IDLE_INT("bytea_output_escape"),
                                                      IDLE_STR("con_param"),
                                                      {0}};

static const struct kam_param db_sqlite_params[] = {
    IDLE_STR("db_set_readonly"), IDLE_STR("db_set_journal_mode"), {0}};

static const struct kam_param db_unixodbc_params[] = {
    IDLE_INT("ping_interval"), IDLE_INT("auto_reconnect"), IDLE_INT("use_escape_common"),
    IDLE_INT("replace_query"), IDLE_STR("quote_char"),     {0}};

static const struct kam_param db_flatstore_params[] = {IDLE_INT("flush"),
                                                       IDLE_INT("encode_delimiter"),
                                                       IDLE_STR("record_delimiter"),
                                                       IDLE_STR("field_delimiter"),
                                                       IDLE_STR("escape_char"),
                                                       IDLE_STR("file_suffix"),
                                                       {0}};

const struct kam_module kam_db_text_module = {.name = "db_text", .params = db_text_params};
const struct kam_module kam_db_mysql_module = {.name = "db_mysql", .params = db_mysql_params};
const struct kam_module kam_db_postgres_module = {.name = "db_postgres", .params = db_postgres_params};
const struct kam_module kam_db_sqlite_module = {.name = "db_sqlite", .params = db_sqlite_params};
const struct kam_module kam_db_unixodbc_module = {.name = "db_unixodbc", .params = db_unixodbc_params};
const struct kam_module kam_db_flatstore_module = {.name = "db_flatstore", .params = db_flatstore_params};

const struct kam_module kam_acc_module = {.name = "acc", .needs = {"tm"}, .params = acc_params};
const struct kam_module kam_jsonrpcs_module = {.name = "jsonrpcs", .params = jsonrpcs_params};
const struct kam_module kam_ctl_module = {.name = "ctl", .params = ctl_params};
const struct kam_module kam_counters_module = {.name = "counters", .params = counters_params};
const struct kam_module kam_debugger_module = {.name = "debugger", .params = debugger_params};
const struct kam_module kam_cfg_rpc_module = {.name = "cfg_rpc"};
const struct kam_module kam_textopsx_module = {.name = "textopsx"};
