/* SPDX-License-Identifier: MIT */
/*
 * Modules that do nothing on the wire, and something in scripts. Those that do nothing there either are only
 * names: the lines with "idle" in script/names.txt. What they write into logs and data bases, and what they
 * answer to other programs, is not simulated.
 */
#include "model/kamailio/modules/module.h"

#define IDLE_INT(name)                                                                                       \
    { KAM_INT(name, 0, INT64_MIN, INT64_MAX), KAM_NO_EFFECT }
#define IDLE_STR(name)                                                                                       \
    { KAM_TEXT(name, ""), KAM_NO_EFFECT }

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

/* acc writes to the log; without a data base it cannot write there. */
static int log_request(struct kam_run *run, const struct kam_arg *args, size_t count) {
    (void)run, (void)args, (void)count;
    return 1;
}

static int db_request(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct kam_value url;
    (void)args, (void)count;
    return kam_program_value(run->k->program, &kam_acc_module, "db_url", 0, &url) && url.s.len ? 1 : -1;
}

static const char *check_text(const struct kam_program *program, size_t index, struct span text) {
    (void)program, (void)index;
    return text.len ? NULL : "must not be empty";
}

enum { ACCOUNTS = KAM_ANY_ROUTE };

static const struct kam_function acc_functions[] = {
    {"acc_log_request", 1, 1, ACCOUNTS, log_request, {ARG_FORMAT}, .check = check_text, .expressions = true},
    {"acc_request", 2, 2, ACCOUNTS, log_request, {ARG_FORMAT, ARG_FORMAT}, .expressions = true},
    {"acc_db_request", 2, 2, ACCOUNTS, db_request, {ARG_FORMAT, ARG_TEXT}, .check = check_text},
    {0},
};

static const struct kam_param acc_params[] = {IDLE_STR("db_url"), IDLE_INT("cdr_enable"), {0}};

const struct kam_module kam_acc_module = {.name = "acc", .functions = acc_functions, .params = acc_params};

/* debugger writes into the log what it is asked for. */
enum { DUMPED = KAM_REQUEST_ROUTE | KAM_TM_ONREPLY_ROUTE | KAM_CORE_ONREPLY_ROUTE };

/* Which variables, as bits, and how loud. */
static const char *check_dump(const struct kam_program *program, size_t index, struct span text) {
    uint64_t bits;
    (void)program;
    if (index == 1) return span_starts(text, "L_") ? NULL : "must be a log level, as \"L_DBG\"";
    return !text.len || span_to_u64(text, INT32_MAX, &bits) ? NULL : "must be a number that is not negative";
}

static const char *check_message(const struct kam_program *program, size_t index, struct span text) {
    (void)program;
    if (index == 1) return span_starts(text, "LOG_") ? NULL : "must be a log facility, as \"LOG_LOCAL0\"";
    return span_starts(text, "L_") ? NULL : "must be a log level, as \"L_DBG\"";
}

static const struct kam_function debugger_functions[] = {
    {"dbg_pv_dump", 0, 2, KAM_ANY_ROUTE, log_request, {ARG_TEXT, ARG_TEXT}, .check = check_dump},
    {"dbg_sip_msg", 0, 2, DUMPED, log_request, {ARG_TEXT, ARG_TEXT}, .check = check_message},
    {0},
};

static const struct kam_param debugger_params[] = {IDLE_STR("log_facility"),
                                                   IDLE_STR("log_prefix"),
                                                   IDLE_STR("log_level_name"),
                                                   IDLE_STR("mod_level"),
                                                   IDLE_STR("mod_facility"),
                                                   IDLE_INT("cfgtrace"),
                                                   IDLE_INT("cfgtrace_format"),
                                                   IDLE_INT("breakpoint"),
                                                   IDLE_INT("log_level"),
                                                   IDLE_INT("log_assign"),
                                                   IDLE_INT("step_usleep"),
                                                   IDLE_INT("step_loops"),
                                                   IDLE_INT("mod_hash_size"),
                                                   IDLE_INT("mod_level_mode"),
                                                   IDLE_INT("mod_facility_mode"),
                                                   IDLE_INT("reset_msgid"),
                                                   IDLE_INT("cfgpkgcheck"),
                                                   IDLE_INT("cfgtest"),
                                                   {0}};

const struct kam_module kam_debugger_module = {
    .name = "debugger", .functions = debugger_functions, .params = debugger_params};
