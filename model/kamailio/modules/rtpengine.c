/* SPDX-License-Identifier: MIT */
/*
 * rtpengine, as it is where none answers: each of its commands fails at once, and messages stay as they are
 * (facts: Kamailio 42). One that answers is not simulated.
 */
#include "model/kamailio/modules/rtpset.h"
#include "model/kamailio/pv/pv.h"
#include "model/kamailio/script/pv_name.h"
#include "model/net/datagram.h"

enum { FAILED = -1, NO_ACTIVE_NODE = -2 };
enum { SETS_MAX = 64 };

/* A set of rtpengines, modparam("rtpengine", "rtpengine_sock", "1 == udp:127.0.0.1:2223"). */
struct engine_set {
    uint32_t number;
    bool unreachable; /* one of it cannot even be pinged: it passes for active until it is needed */
};

struct engine_sets {
    struct engine_set list[SETS_MAX];
    size_t count;
};

/* What the module keeps in an instance. */
struct rtpengine {
    int64_t setid_default;
    bool found_dead[SETS_MAX]; /* by the sets' order: a command has found that nobody is there */
    uint64_t about;            /* the message that `selected` is of */
    size_t selected;
};

static const struct engine_sets *sets_of(const struct kam_program *program) {
    return kam_program_kept(program, KAM_MODULE_RTPENGINE);
}

/* The place of a set in the list; its count if there is none of that number. */
static size_t find_set(const struct engine_sets *sets, int64_t number) {
    size_t i = 0;
    while (i < sets->count && sets->list[i].number != (uint32_t)number)
        i++;
    return i;
}

/* Kamailio tries all of the set, none answers, and it takes them for dead. */
static int command(struct kam_run *run, const struct kam_arg *args, size_t count) {
    struct rtpengine *r = kam_module_data(run->k, KAM_MODULE_RTPENGINE);
    const struct engine_sets *sets = sets_of(run->k->program);
    size_t set = r->about == run->about ? r->selected : find_set(sets, r->setid_default);
    (void)args, (void)count;
    if (set < sets->count) r->found_dead[set] = true;
    return FAILED;
}

static int select_one(struct kam_run *run, const struct kam_arg *arg) {
    struct rtpengine *r = kam_module_data(run->k, KAM_MODULE_RTPENGINE);
    const struct engine_sets *sets = sets_of(run->k->program);
    if (arg->missing) return FAILED;
    size_t set = find_set(sets, arg->n);
    if (set == sets->count) return FAILED;
    r->about = run->about;
    r->selected = set;
    bool literal = arg->s.p != NULL;
    return literal || (sets->list[set].unreachable && !r->found_dead[set]) ? 1 : NO_ACTIVE_NODE;
}

static int select_sets(struct kam_run *run, const struct kam_arg *args, size_t count) {
    int result = select_one(run, &args[0]);
    return result > 0 && count > 1 ? select_one(run, &args[1]) : result;
}

static const char *check_set(const struct kam_program *program, size_t index, struct span text) {
    struct kam_value standard = {.n = 0};
    (void)index;
    kam_program_value(program, &kam_rtpengine_module, "setid_default", 0, &standard);
    return rtpset_check(program, &kam_rtpengine_module, "rtpengine_sock", standard.n, text);
}

#define COMMAND(name, least, most)                                                                           \
    { (name), (least), (most), KAM_ANY_ROUTE, command, {ARG_FORMAT}, .expressions = true }

static const struct kam_function functions[] = {
    COMMAND("rtpengine_manage", 0, 1),
    COMMAND("rtpengine_offer", 0, 1),
    COMMAND("rtpengine_answer", 0, 1),
    COMMAND("rtpengine_delete", 0, 1),
    COMMAND("rtpengine_query", 0, 1),
    COMMAND("rtpengine_info", 0, 1),
    COMMAND("start_recording", 0, 1),
    COMMAND("stop_recording", 0, 1),
    COMMAND("block_dtmf", 0, 1),
    COMMAND("unblock_dtmf", 0, 1),
    COMMAND("block_media", 0, 1),
    COMMAND("unblock_media", 0, 1),
    COMMAND("silence_media", 0, 1),
    COMMAND("unsilence_media", 0, 1),
    COMMAND("start_forwarding", 0, 1),
    COMMAND("stop_forwarding", 0, 1),
    COMMAND("stop_media", 0, 1),
    COMMAND("play_media", 1, 1),
    COMMAND("play_dtmf", 1, 1),
    {"rtpengine_query_v", 2, 2, KAM_ANY_ROUTE, command, {ARG_FORMAT, ARG_RESULT}, .expressions = true},
    {"set_rtpengine_set", 1, 2, KAM_ANY_ROUTE, select_sets, {ARG_PV_NUMBER, ARG_PV_NUMBER}, check_set},
    {0},
};

PV_GETTER(get_nothing, pv_nothing())

static const struct kam_pv variables[] = {
    {"rtpstat", KAM_PV_PLAIN, get_nothing, NULL, NULL},
    {"rtpestat", KAM_PV_PLAIN, get_nothing, NULL, NULL},
    {0},
};

/* The others have no effect: script/names.txt. */
static const struct kam_param params[] = {
    {KAM_TEXT("rtpengine_sock", ""), KAM_EACH},
    {KAM_INT("setid_default", 0, INT32_MIN, INT32_MAX), KAM_INTO(struct rtpengine, setid_default)},
    {KAM_AVP("setid_avp"), KAM_NO_EFFECT},
    {KAM_TEXT("write_sdp_pv", ""), KAM_NO_EFFECT},
    {KAM_TEXT("read_sdp_pv", ""), KAM_NO_EFFECT},
    {KAM_TEXT("media_duration", ""), KAM_NO_EFFECT},
    {KAM_TEXT("rtp_inst_pvar", ""), KAM_NO_EFFECT},
    {KAM_TEXT("force_send_interface", ""), KAM_NO_EFFECT},
    {0},
};

/* The address of udp:ADDRESS:PORT; 0: it is a name, or of another kind. */
static uint32_t node_ip(struct span node) {
    uint32_t ip = 0;
    if (!span_starts(node, "udp:")) return 0;
    node = span_skip(node, 4);
    struct span host = span_cut(&node, ':');
    return ipv4_parse(host, &ip) ? ip : 0;
}

/* A port of the machine itself, which refuses at once. */
static bool is_loopback(struct span node) {
    return node_ip(node) >> 24 == 127 || span_starts(node, "udp:localhost");
}

/* Kamailio leaves out what does not begin so, and what has a port that is none. */
static bool is_node(struct span node) {
    if (span_starts(node, "unix:") || span_starts(node, "udp6:")) return true;
    if (!span_starts(node, "udp:")) return false;
    node = span_skip(node, 4);
    span_cut(&node, ':');
    struct span port = span_cut(&node, '=');
    uint64_t n;
    return port.len == 0 || span_to_u64(port, 65535, &n);
}

/* One rtpengine_sock: "1 == udp:127.0.0.1:2223=2 udp:127.0.0.1:2224". */
static bool read_sock(struct engine_sets *sets, struct span text, int64_t standard, struct source_pos at,
                      struct diag *diag) {
    struct span nodes;
    uint32_t number;
    if (!text.len) return true;
    if (!rtpset_read(text, standard, &number, &nodes)) {
        diag_error(diag, at, "a set of rtpengines must be a number, == and addresses: 1 == udp:...");
        return false;
    }
    size_t i = find_set(sets, number);
    if (i == SETS_MAX) {
        diag_error(diag, at, "there are more than %d sets of rtpengines", SETS_MAX);
        return false;
    }
    struct engine_set *set = &sets->list[i];
    if (i == sets->count) sets->count++;
    set->number = number;
    for (struct span node = rtpset_cut_node(&nodes); node.len; node = rtpset_cut_node(&nodes)) {
        if (!is_node(node)) {
            diag_warning(diag, at, "Kamailio leaves that rtpengine out, it must be udp:HOST:PORT: " SPAN_FMT,
                         SPAN_ARG(node));
            continue;
        }
        diag_warning(diag, at, "no rtpengine is simulated: it is as if none were running at " SPAN_FMT,
                     SPAN_ARG(node));
        if (span_starts(node, "udp:") && !is_loopback(node)) set->unreachable = true;
    }
    return true;
}

/* A parameter that names a variable to be set; it may be "" where that is said. */
static bool check_variable(struct kam_program *program, const char *param, bool may_be_empty,
                           struct diag *diag) {
    struct kam_value text;
    if (!kam_program_value(program, &kam_rtpengine_module, param, 0, &text)) return true;
    if (text.s.len == 0 && may_be_empty) return true;
    struct source_pos at = kam_program_value_at(program, &kam_rtpengine_module, param, 0);
    struct script_pv_maker maker = script_pv_maker_of(program, at);
    struct cfg_pv pv;
    size_t len = script_pv_len(text.s);
    bool good = len && script_pv_make(&maker, span_head(text.s, len), &pv) && pv.kind != CFG_PV_TABLE &&
                pv.kind != CFG_PV_RETCODE;
    good = good || (!may_be_empty && (span_starts(text.s, "$xavp(") || span_starts(text.s, "$xavu(")));
    buf_free(&maker.why);
    if (!good) diag_error(diag, at, "rtpengine.%s must be a variable, such as $avp(name)", param);
    return good;
}

static bool load(struct kam_program *program, const struct source *cfg, struct source_set *set,
                 struct diag *diag) {
    struct engine_sets *sets = arena_new(&program->arena, sizeof *sets);
    struct rtpengine settings = {0};
    struct kam_value sock;
    bool good = true;
    (void)cfg, (void)set;
    *sets = (struct engine_sets){0};
    kam_program_settings(program, &kam_rtpengine_module, &settings);
    for (size_t i = 0; kam_program_value(program, &kam_rtpengine_module, "rtpengine_sock", i, &sock); i++)
        good &= read_sock(sets, sock.s, settings.setid_default,
                          kam_program_value_at(program, &kam_rtpengine_module, "rtpengine_sock", i), diag);
    good &= check_variable(program, "write_sdp_pv", true, diag);
    good &= check_variable(program, "read_sdp_pv", true, diag);
    good &= check_variable(program, "media_duration", true, diag);
    good &= check_variable(program, "rtp_inst_pvar", false, diag);
    struct kam_value address;
    uint32_t ip;
    if (kam_program_value(program, &kam_rtpengine_module, "force_send_interface", 0, &address) &&
        address.s.len && span_find(address.s, ':') < 0 && !ipv4_parse(address.s, &ip)) {
        diag_error(diag, kam_program_value_at(program, &kam_rtpengine_module, "force_send_interface", 0),
                   "rtpengine.force_send_interface must be an IP address");
        good = false;
    }
    kam_program_keep(program, KAM_MODULE_RTPENGINE, sets);
    return good;
}

/* Where a datagram could go, one would be on the wire. */
static bool start(struct kamailio *k, void *data, struct diag *diag) {
    struct kam_value sock;
    struct span nodes;
    uint32_t number;
    bool good = true;
    (void)data;
    for (size_t i = 0; kam_program_value(k->program, &kam_rtpengine_module, "rtpengine_sock", i, &sock);
         i++) {
        struct source_pos at = kam_program_value_at(k->program, &kam_rtpengine_module, "rtpengine_sock", i);
        rtpset_read(sock.s, 0, &number, &nodes);
        for (struct span node = rtpset_cut_node(&nodes); node.len; node = rtpset_cut_node(&nodes)) {
            uint32_t ip = node_ip(node);
            if (!ip || is_loopback(node) || ip == host_ip(k->host) || !host_reaches(k->host, ip)) continue;
            diag_error(diag, at, "an rtpengine in the lab's network is not simulated: " SPAN_FMT,
                       SPAN_ARG(node));
            good = false;
        }
    }
    return good;
}

const struct kam_module kam_rtpengine_module = {.name = "rtpengine",
                                                .functions = functions,
                                                .params = params,
                                                .pvs = variables,
                                                .data_size = sizeof(struct rtpengine),
                                                .load = load,
                                                .start = start};
