/* SPDX-License-Identifier: MIT */
/* The part of scenario.yaml under hosts.NAME. */
#include "base/mem.h"
#include "model/lab/config.h"
#include "model/lab/unit.h"

#define PID_MAX        4194304 /* Linux' largest */
#define TIMER_TICK_NS  62500000
#define PORT_KEY(m)    SCHEMA_NUMBER, SCHEMA_MEMBER(struct lab_host_config, m), 1, 65535
#define COUNT_KEY(m)   SCHEMA_NUMBER, SCHEMA_MEMBER(struct lab_host_config, m), 1, UINT32_MAX
#define RETRANS_KEY(m) SCHEMA_NUMBER, SCHEMA_MEMBER(struct lab_host_config, m), 0, INT32_MAX
#define DYNAMIC_KEY(m) SCHEMA_NUMBER, SCHEMA_MEMBER(struct lab_host_config, m), 0, INT32_MAX
#define WAIT_KEY(m)    SCHEMA_DURATION, SCHEMA_MEMBER(struct lab_host_config, m), 0, UNIT_DURATION_MAX_NS

/* SIPp's clock moves in whole steps of 1000/HZ ms (facts: SIPp 7). */
static void read_hz(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                    void *object) {
    struct lab_host_config *host = object;
    uint64_t hz;
    (void)key;
    if (!schema_is_scalar(s, value, "a divisor of 1000, such as 250")) return;
    if (!span_to_u64(span_of(value->text), 1000, &hz) || hz == 0 || 1000 % hz != 0)
        schema_expected(s, value, "a divisor of 1000, such as 250");
    else
        host->sipp.hz = (uint32_t)hz;
}

/* true or false, into a bool. */
static void read_flag(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                      void *object) {
    static const char expected[] = "true or false";
    if (!schema_is_scalar(s, value, expected)) return;
    bool flag = span_is(span_of(value->text), "true");
    if (!flag && !span_is(span_of(value->text), "false"))
        schema_expected(s, value, expected);
    else
        memcpy((char *)object + key->offset, &flag, sizeof flag);
}

/* -r, which may be a fraction. */
static void read_rate(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                      void *object) {
    static const char expected[] = "a number of calls above 0, such as 10 or 0.5";
    struct lab_host_config *host = object;
    struct real rate;
    (void)key;
    if (!schema_is_scalar(s, value, expected)) return;
    if (!real_parse(span_of(value->text), &rate) || !real_less(REAL_ZERO, rate))
        schema_expected(s, value, expected);
    else
        host->sipp.rate = rate;
}

/* A list as SIPp takes it: "all,-bye". */
static void read_behaviors(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                           void *object) {
    static const struct {
        const char *name;
        unsigned bits;
    } names[] = {{"all", SIPP_BEHAVIORS},
                 {"bye", SIPP_BYE},
                 {"abortunexp", SIPP_ABORTUNEXP},
                 {"pingreply", SIPP_PINGREPLY},
                 {"none", 0}};
    static const char expected[] = "a list of all, none, bye, abortunexp and pingreply, such as \"all,-bye\"";
    struct lab_host_config *host = object;
    unsigned bits = 0;
    (void)key;
    if (!schema_is_scalar(s, value, expected)) return;
    for (struct span left = span_of(value->text); left.p;) {
        struct span word = span_cut(&left, ',');
        bool without = word.len > 0 && word.p[0] == '-';
        size_t i = 0;
        if (without) word = span_skip(word, 1);
        while (i < sizeof names / sizeof *names && !span_is(word, names[i].name))
            i++;
        if (i == sizeof names / sizeof *names) {
            schema_expected(s, value, expected);
            return;
        }
        if (span_is(word, "none"))
            bits = 0;
        else
            bits = without ? bits & ~names[i].bits : bits | names[i].bits;
    }
    host->sipp.behaviors = bits;
}

/* A mapping of names to values; NULL after an error. */
static const struct sipp_setting *read_settings(struct schema *s, const struct tree_node *value,
                                                size_t *count) {
    if (!schema_is_map(s, value, "a mapping of names to values")) return NULL;
    struct sipp_setting *settings = config_new(s->context, (value->count + 1) * sizeof *settings);
    for (const struct tree_node *n = value->first; n; n = n->next) {
        size_t before = schema_enter(s, n->key);
        if (schema_is_scalar(s, n, "text"))
            settings[(*count)++] = (struct sipp_setting){n->key, n->text, n->key_at};
        schema_leave(s, before);
    }
    return settings;
}

static void read_variables(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                           void *object) {
    struct lab_host_config *host = object;
    (void)key;
    host->sipp.variables = read_settings(s, value, &host->sipp.variable_count);
}

static void read_keys(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                      void *object) {
    struct lab_host_config *host = object;
    (void)key;
    host->sipp.keys = read_settings(s, value, &host->sipp.key_count);
}

/* A file's name, or a list of them; config_link.c loads them. */
static void read_inject(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                        void *object) {
    static const char expected[] = "an injection file or a list of them";
    (void)key;
    (void)object;
    if (value->kind != TREE_LIST) {
        schema_is_scalar(s, value, expected);
        return;
    }
    for (const struct tree_node *n = value->first; n; n = n->next)
        schema_is_scalar(s, n, expected);
}

static void read_tdmmap(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                        void *object) {
    static const char expected[] = "circuits, at most 1023, such as \"{0-3}{99}{5-8}{1-31}\"";
    struct lab_host_config *host = object;
    (void)key;
    if (schema_is_scalar(s, value, expected) && !sipp_tdmmap_parse(&host->sipp.tdmmap, span_of(value->text)))
        schema_expected(s, value, expected);
}

/* The same for -infindex: names of files, each with a field. */
static void read_index(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                       void *object) {
    (void)key;
    (void)object;
    if (!schema_is_map(s, value, "a mapping of injection files to fields")) return;
    for (const struct tree_node *n = value->first; n; n = n->next) {
        size_t before = schema_enter(s, n->key);
        schema_is_scalar(s, n, "the number of a field, from 0");
        schema_leave(s, before);
    }
}

static const char *const exec_choices[] = {"refuse", "skip", NULL};
static const char *const arrivals_choices[] = {"regular", "poisson", NULL};
static const char *const socket_choices[] = {"one", "per_call", NULL};
static const char *const repeat_choices[] = {"full", "loose", NULL};

/* What the kernel gives to calls, in order. */
static void read_ports(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                       void *object) {
    static const char expected[] = "a port from 1 to 65535";
    struct lab_host_config *host = object;
    uint64_t n;
    (void)key;
    if (!schema_is_list(s, value, "a list of ports")) return;
    uint16_t *ports = config_new(s->context, (value->count + 1) * sizeof *ports);
    for (const struct tree_node *port = value->first; port; port = port->next) {
        if (!schema_is_scalar(s, port, expected)) continue;
        if (!span_to_u64(span_of(port->text), UINT16_MAX, &n) || n == 0) schema_expected(s, port, expected);
        ports[host->sipp.port_count++] = (uint16_t)n;
    }
    host->sipp.ports = ports;
}

static const struct schema_key sipp_keys[] = {
    {"scenario", SCHEMA_SCALAR, .required = true,
     .help = "an XML file beside scenario.yaml, or builtin:uac, builtin:uas or another name of -sn"},
    {"out_of_call", SCHEMA_SCALAR,
     .help = "-oocsf, -oocsn: an XML file beside scenario.yaml, or builtin:ooc_default or builtin:ooc_dummy, "
             "that takes "
             "the requests that come to a caller and are in no call"},
    {"target", SCHEMA_SCALAR,
     .help = "a host's name or ADDRESS[:PORT]: SIPp's remote host; to one that answers only for [remote_ip] "
             "and its kin"},
    {"outbound", SCHEMA_SCALAR, .fallback = "target",
     .help = "-rsa: a host's name or ADDRESS[:PORT] where packets really go; one that answers sends all from "
             "a port that "
             "the kernel gives it"},
    {"twin", SCHEMA_SCALAR,
     .help = "-3pcc: the host of the SIPp to which <sendCmd> goes and from which <recvCmd> comes"},
    {"master", SCHEMA_LINE, SCHEMA_MEMBER(struct lab_host_config, sipp.master),
     .help =
         "-master: the name by which dest= and src= of other SIPps' commands know this one, which begins"},
    {"slave", SCHEMA_LINE, SCHEMA_MEMBER(struct lab_host_config, sipp.slave),
     .help = "-slave: the same of one that waits for commands"},
    {"service", SCHEMA_LINE, SCHEMA_MEMBER(struct lab_host_config, sipp.service), .fallback = "service",
     .help = "-s"},
    {"calls", COUNT_KEY(sipp.calls), .fallback = "1; a SIPp that answers: no end",
     .help = "-m: how many calls"},
    {"rate", SCHEMA_OTHER, .shape = "\"type\":\"number\",\"exclusiveMinimum\":0", .read = read_rate,
     .fallback = "10", .help = "-r: calls per rate_period; 0.5 is one in two of them"},
    {"rate_period", SCHEMA_MS, SCHEMA_MEMBER(struct lab_host_config, sipp.rate_period_ms), 1, UINT32_MAX,
     .fallback = "1s", .help = "-rp"},
    {"rate_increase", SCHEMA_NUMBER, SCHEMA_MEMBER(struct lab_host_config, sipp.rate_increase), 0, 1000000,
     .fallback = "0", .help = "-rate_increase: by so much the rate grows every rate_interval"},
    {"rate_interval", SCHEMA_MS, SCHEMA_MEMBER(struct lab_host_config, sipp.rate_interval_ms), 1, INT32_MAX,
     .fallback = "60s", .help = "-rate_interval"},
    {"rate_max", SCHEMA_NUMBER, SCHEMA_MEMBER(struct lab_host_config, sipp.rate_max), 0, 1000000,
     .fallback = "0", .help = "-rate_max: the rate grows up to this; 0: without end"},
    {"rate_quit", SCHEMA_OTHER, SCHEMA_MEMBER(struct lab_host_config, sipp.rate_quit),
     .shape = "\"type\":\"boolean\"", .read = read_flag, .fallback = "true",
     .help = "false is -no_rate_quit: it goes on with rate_max; else it makes no calls any more"},
    {"arrivals", SCHEMA_CHOICE, SCHEMA_MEMBER(struct lab_host_config, sipp.arrivals),
     .choices = arrivals_choices, .fallback = "regular",
     .help = "what-if: calls at regular times, as SIPp makes them, or at random with that rate on average"},
    {"limit", COUNT_KEY(sipp.limit), .fallback = "SIPp's own", .help = "-l: most calls at a time"},
    {"users", SCHEMA_NUMBER, SCHEMA_MEMBER(struct lab_host_config, sipp.users), 0, 100000, .fallback = "0",
     .help = "-users: so many calls at a time, a new one when one ends, whatever rate and limit say; 0: "
             "calls come by the rate"},
    {"pause", SCHEMA_MS, SCHEMA_MEMBER(struct lab_host_config, sipp.pause_ms), 0, UINT32_MAX,
     .fallback = "0s", .help = "-d: length of a <pause/> without its own"},
    {"timeout", SCHEMA_MS, SCHEMA_MEMBER(struct lab_host_config, sipp.timeout_ms), 0, UINT32_MAX,
     .fallback = "0s",
     .help = "-timeout, whole seconds: it makes and takes no new calls from then on; 0: none"},
    {"timeout_error", SCHEMA_OTHER, SCHEMA_MEMBER(struct lab_host_config, sipp.timeout_error),
     .shape = "\"type\":\"boolean\"", .read = read_flag, .fallback = "false",
     .help = "-timeout_error: true ends it then, with open calls and status 255"},
    {"sleep", SCHEMA_MS, SCHEMA_MEMBER(struct lab_host_config, sipp.sleep_ms), 0, UINT32_MAX,
     .fallback = "0s", .help = "-sleep, whole seconds: it starts so late; what arrives before is lost"},
    {"pid", SCHEMA_NUMBER, SCHEMA_MEMBER(struct lab_host_config, sipp.pid), 1, PID_MAX, .fallback = "1",
     .help = "process id: what [pid] expands to"},
    {"hz", SCHEMA_OTHER, .shape = "\"enum\":[1,2,4,5,8,10,20,25,40,50,100,125,200,250,500,1000]",
     .read = read_hz, .fallback = "250",
     .help = "the kernel's HZ: SIPp's clock moves in steps of 1000/HZ ms"},
    {"receive_buffer", SCHEMA_NUMBER, SCHEMA_MEMBER(struct lab_host_config, sipp.receive_buffer), 0,
     INT32_MAX, .fallback = "131070",
     .help = "bytes of the socket's receive buffer, as getsockopt(SO_RCVBUF) tells it: what arrives when it "
             "is full is lost; 0: no bound"},
    {"sockets", SCHEMA_CHOICE, SCHEMA_MEMBER(struct lab_host_config, sipp.sockets), .choices = socket_choices,
     .fallback = "one",
     .help = "-t: one is u1; per_call is un, a port of its own for each call that is made"},
    {"ports", SCHEMA_OTHER, .shape = "\"type\":\"array\",\"items\":{\"type\":\"integer\"}",
     .read = read_ports, .fallback = "drawn by the seed",
     .help = "the ports that the kernel gives to the calls of per_call, in order, or to outbound of one that "
             "answers"},
    {"media_port", PORT_KEY(sipp.media_port), .fallback = "6000", .help = "-mp"},
    {"rtp_echo", SCHEMA_OTHER, SCHEMA_MEMBER(struct lab_host_config, sipp.rtp_echo),
     .shape = "\"type\":\"boolean\"", .read = read_flag, .fallback = "false",
     .help = "-rtp_echo: true sends back what arrives at media_port and media_port + 2"},
    {"rtp_payload", SCHEMA_NUMBER, SCHEMA_MEMBER(struct lab_host_config, sipp.rtp_payload), 0, 127,
     .fallback = "8", .help = "-rtp_payload: payload type of an rtp_stream that names none"},
    {"rtp_echo_buffer", SCHEMA_NUMBER, SCHEMA_MEMBER(struct lab_host_config, sipp.rtp_echo_buffer), 1,
     UINT16_MAX, .fallback = "2048", .help = "-mb: so many bytes of a datagram the echo sends back"},
    {"rtp_threadtasks", SCHEMA_NUMBER, SCHEMA_MEMBER(struct lab_host_config, sipp.rtp_threadtasks), 1,
     UINT16_MAX, .fallback = "20", .help = "-rtp_threadtasks: so many calls share a thread of rtp_stream"},
    {"max_retrans", RETRANS_KEY(sipp.max_retrans), .fallback = "SIPp's own", .help = "-max_retrans"},
    {"max_invite_retrans", RETRANS_KEY(sipp.max_invite_retrans), .fallback = "SIPp's own",
     .help = "-max_invite_retrans"},
    {"max_non_invite_retrans", RETRANS_KEY(sipp.max_non_invite_retrans), .fallback = "SIPp's own",
     .help = "-max_non_invite_retrans"},
    {"base_cseq", SCHEMA_NUMBER, SCHEMA_MEMBER(struct lab_host_config, sipp.base_cseq), 0, UINT32_MAX,
     .fallback = "1", .help = "-base_cseq"},
    {"call_id", SCHEMA_LINE, SCHEMA_MEMBER(struct lab_host_config, sipp.call_id), .fallback = "%u-%p@%s",
     .help = "-cid_str"},
    {"call_id_prefix", SCHEMA_OTHER, SCHEMA_MEMBER(struct lab_host_config, sipp.call_id_prefix),
     .shape = "\"type\":\"boolean\"", .read = read_flag, .fallback = "true",
     .help = "false is -callid_slash_ign: a Call-ID counts whole, not from its \"///\" on"},
    {"retransmit", SCHEMA_OTHER, SCHEMA_MEMBER(struct lab_host_config, sipp.retransmit),
     .shape = "\"type\":\"boolean\"", .read = read_flag, .fallback = "true",
     .help = "false is -nr: nothing is sent again, and nothing that comes again is known to be the same"},
    {"repeat_check", SCHEMA_CHOICE, SCHEMA_MEMBER(struct lab_host_config, sipp.repeat_check),
     .choices = repeat_choices, .fallback = "full",
     .help =
         "-rtcheck: a message is the same if all of it is (full), or To, From, Call-ID and CSeq, and of a "
         "response status line and body (loose)"},
    {"lost", SCHEMA_SHARE, SCHEMA_MEMBER(struct lab_host_config, sipp.lost), .fallback = "0%",
     .help = "-lost: so much of what steps without lost= send or receive gets lost, at random"},
    {"dynamic_start", DYNAMIC_KEY(sipp.dynamic_start), .fallback = "10000",
     .help = "-dynamicStart: the first [dynamic_id]"},
    {"dynamic_max", DYNAMIC_KEY(sipp.dynamic_max), .fallback = "18000",
     .help = "-dynamicMax: behind it begins the first again"},
    {"dynamic_step", DYNAMIC_KEY(sipp.dynamic_step), .fallback = "4", .help = "-dynamicStep"},
    {"tdmmap", SCHEMA_OTHER, .shape = "\"type\":\"string\"", .read = read_tdmmap,
     .help = "-tdmmap: circuits, one for each call, such as \"{0-3}{99}{5-8}{1-31}\""},
    {"timer_resolution", SCHEMA_MS, SCHEMA_MEMBER(struct lab_host_config, sipp.timer_resolution_ms), 0,
     INT32_MAX, .fallback = "1ms",
     .help = "-timer_resol: timers are looked at when more than this has passed"},
    {"t2", SCHEMA_MS, SCHEMA_MEMBER(struct lab_host_config, sipp.t2_ms), 0, UINT32_MAX, .fallback = "4s",
     .help = "-T2: the longest time between retransmissions of anything but an INVITE"},
    {"deadcall_wait", SCHEMA_MS, SCHEMA_MEMBER(struct lab_host_config, sipp.deadcall_wait_ms), 0, UINT32_MAX,
     .fallback = "33s", .help = "-deadcall_wait: how long a call that has ended is known"},
    {"auto_answer", SCHEMA_OTHER, SCHEMA_MEMBER(struct lab_host_config, sipp.auto_answer),
     .shape = "\"type\":\"boolean\"", .read = read_flag, .fallback = "false",
     .help = "-aa: true answers INFO, NOTIFY, OPTIONS and UPDATE that the scenario does not expect with 200"},
    {"ignore_in_pause", SCHEMA_OTHER, SCHEMA_MEMBER(struct lab_host_config, sipp.ignore_in_pause),
     .shape = "\"type\":\"boolean\"", .read = read_flag, .fallback = "false",
     .help = "-pause_msg_ign: true ignores what comes during a pause"},
    {"default_behaviors", SCHEMA_OTHER, .shape = "\"type\":\"string\"", .read = read_behaviors,
     .fallback = "all",
     .help = "-default_behaviors: what SIPp does by itself: all, none (-nd), bye, abortunexp, pingreply; "
             "\"all,-bye\" is all but bye"},
    {"recv_timeout", SCHEMA_MS, SCHEMA_MEMBER(struct lab_host_config, sipp.recv_timeout_ms), 0, UINT32_MAX,
     .fallback = "0s", .help = "-recv_timeout: of a <recv> without a timeout of its own; 0: none"},
    {"auth_user", SCHEMA_LINE, SCHEMA_MEMBER(struct lab_host_config, sipp.auth_user),
     .fallback = "as service", .help = "-au: the user of an [authentication] that names none"},
    {"auth_password", SCHEMA_LINE, SCHEMA_MEMBER(struct lab_host_config, sipp.auth_password),
     .fallback = "password", .help = "-ap: the password of an [authentication] that names none"},
    {"auth_uri", SCHEMA_LINE, SCHEMA_MEMBER(struct lab_host_config, sipp.auth_uri),
     .fallback = "the remote host's", .help = "-auth_uri: the URI of [authentication], without its sip:"},
    {"inject", SCHEMA_OTHER, .shape = "\"type\":[\"string\",\"array\"],\"items\":{\"type\":\"string\"}",
     .read = read_inject,
     .help = "-inf: an injection file beside scenario.yaml, or a list of them, the default one first"},
    {"inject_index", SCHEMA_OTHER,
     .shape = "\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"}", .read = read_index,
     .help = "-infindex: a mapping of injection files to the field by which <lookup> finds a line"},
    {"keys", SCHEMA_OTHER, .shape = "\"$ref\":\"#/definitions/texts\"", .read = read_keys,
     .help = "-key: a mapping of keywords to values"},
    {"exec", SCHEMA_CHOICE, SCHEMA_MEMBER(struct lab_host_config, sipp.exec), .choices = exec_choices,
     .fallback = "refuse",
     .help = "what becomes of <exec command=>, which is never run: an error, or passed over"},
    {"variables", SCHEMA_OTHER, .shape = "\"$ref\":\"#/definitions/texts\"", .read = read_variables,
     .help = "-set: a mapping of names to values"},
    {"ring_after", WAIT_KEY(sipp.ring_after_ns), .fallback = "0s",
     .help = "what-if: the callee thinks this long before its first response to an INVITE"},
    {"answer_after", WAIT_KEY(sipp.answer_after_ns), .fallback = "0s",
     .help = "what-if: and this long before its first final response to an INVITE"},
    {0}};

/* One module's parameters; those of all modules go into one array, in the order written. */
static void read_module(struct schema *s, const struct tree_node *module, struct lab_host_config *host,
                        struct kam_modparam *params) {
    for (const struct tree_node *n = module->first; n; n = n->next) {
        size_t before = schema_enter(s, n->key);
        if (schema_is_scalar(s, n, "a number or text")) {
            struct span value = span_of(n->text), digits = span_skip(value, value.p[0] == '-');
            uint64_t number;
            bool is_number = n->plain && span_to_u64(digits, INT32_MAX, &number);
            params[host->additions.modparam_count++] =
                (struct kam_modparam){module->key, n->key, n->text, is_number, n->key_at};
        }
        schema_leave(s, before);
    }
}

static void read_modparam(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                          void *object) {
    struct lab_host_config *host = object;
    size_t count = 1;
    (void)key;
    if (!schema_is_map(s, value, "a mapping of modules, such as {tm: {fr_timer: 5000}}")) return;
    for (const struct tree_node *n = value->first; n; n = n->next)
        count += n->count;
    struct kam_modparam *params = config_new(s->context, count * sizeof *params);
    host->additions.modparams = params;
    for (const struct tree_node *n = value->first; n; n = n->next) {
        size_t before = schema_enter(s, n->key);
        if (schema_is_map(s, n, "a mapping of parameters, such as {fr_timer: 5000}"))
            read_module(s, n, host, params);
        schema_leave(s, before);
    }
}

static const struct schema_key wait_key = {
    .type = SCHEMA_DURATION, .size = sizeof(int64_t), .max = UNIT_DURATION_MAX_NS};

/* {SHARE: DURATION, ...}, the shares in percent. */
static void read_quantiles(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                           void *object) {
    struct kam_wakeup *wakeup = object;
    unsigned before_errors = s->diag->errors;
    (void)key;
    if (!schema_is_map(s, value, "a mapping such as {0: 10us, 50: 30us, 99.9: 2ms, 100: 10ms}")) return;
    struct kam_quantile *quantiles = config_new(s->context, (value->count + 1) * sizeof *quantiles);
    struct kam_quantile *q = quantiles;
    for (const struct tree_node *n = value->first; n; n = n->next, q++) {
        struct buf share = {0};
        size_t before = schema_enter(s, n->key);
        buf_addf(&share, "%s%%", n->key);
        if (unit_share(&q->ppm, buf_span(&share)))
            schema_error(s, n->key_at, "expected a number from 0 to 100, with at most four decimals");
        else if (q > quantiles && q->ppm <= q[-1].ppm)
            schema_error(s, n->key_at, "must be more than the one before it");
        if (schema_value(s, n, &wait_key, &q->ns) && q > quantiles && q->ns < q[-1].ns)
            schema_error(s, n->at, "must not be less than the one before it");
        schema_leave(s, before);
        buf_free(&share);
    }
    if (s->diag->errors == before_errors &&
        (value->count < 2 || quantiles[0].ppm != 0 || q[-1].ppm != 1000000))
        schema_error(s, value->at, "must begin with 0 and end with 100");
    wakeup->quantiles = quantiles;
    wakeup->quantile_count = value->count;
}

static const struct schema_key wakeup_keys[] = {
    {"quantiles", SCHEMA_OTHER, .read = read_quantiles, .required = true,
     .help = "{SHARE: DURATION, ...}: SHARE percent of the wake-ups take at most DURATION; from 0 to 100"},
    {0}};

/* How many a list must have only the configuration's children= says: config_link checks that. */
static void read_wakeup(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                        void *object) {
    struct lab_host_config *host = object;
    bool is_list = value->kind == TREE_LIST;
    (void)key;
    if (is_list && value->count == 0) {
        schema_error(s, value->at, "needs at least one duration");
        return;
    }
    struct kam_wakeup *wakeups = config_new(s->context, (value->count + 1) * sizeof *wakeups);
    size_t count = 0;
    for (const struct tree_node *n = is_list ? value->first : value; n; n = is_list ? n->next : NULL) {
        struct kam_wakeup *wakeup = &wakeups[count++];
        if (n->kind == TREE_MAP)
            schema_map(s, n, wakeup_keys, wakeup);
        else
            schema_value(s, n, &wait_key, &wakeup->ns);
    }
    host->kamailio.wakeups = wakeups;
    host->kamailio.wakeup_count = count;
}

/* What Kamailio drew for its own requests, as it stands in them. */
static bool all_hex(const char *text) {
    for (; *text; text++)
        if (ascii_hex(*text) < 0) return false;
    return true;
}

static void read_call_id(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                         void *object) {
    static const char expected[] = "16 hexadecimal digits, - and a process id: 4974184f7a707e6d-14";
    struct lab_host_config *host = object;
    (void)key;
    if (!schema_is_scalar(s, value, expected)) return;
    struct span rest = span_of(value->text), digits = span_cut(&rest, '-');
    uint64_t pid;
    bool good = digits.len > 0 && digits.len <= 16 && rest.len && span_to_u64(rest, PID_MAX, &pid);
    for (size_t i = 0; i < digits.len; i++)
        good = good && ascii_hex(digits.p[i]) >= 0;
    if (good)
        host->kamailio.call_id = value->text;
    else
        schema_expected(s, value, expected);
}

static void read_labels(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                        void *object) {
    struct lab_host_config *host = object;
    size_t count = 0;
    (void)key;
    if (value->kind != TREE_LIST) {
        schema_expected(s, value, "a list of 8 hexadecimal digits each");
        return;
    }
    const char **labels = config_new(s->context, (value->count + 1) * sizeof *labels);
    for (const struct tree_node *n = value->first; n; n = n->next) {
        if (!schema_is_scalar(s, n, "8 hexadecimal digits")) continue;
        if (strlen(n->text) != 8 || !all_hex(n->text)) schema_expected(s, n, "8 hexadecimal digits");
        labels[count++] = n->text;
    }
    host->kamailio.labels = labels;
    host->kamailio.label_count = count;
}

/* dialog_ids, natping_branches */
static void read_numbers(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                         void *object) {
    struct lab_host_config *host = object;
    bool dialogs = strcmp(key->name, "dialog_ids") == 0;
    uint64_t n;
    size_t count = 0;
    if (value->kind != TREE_LIST) {
        schema_expected(s, value, "a list of numbers");
        return;
    }
    uint32_t *numbers = config_new(s->context, (value->count + 1) * sizeof *numbers);
    for (const struct tree_node *node = value->first; node; node = node->next) {
        if (!schema_is_scalar(s, node, "a number")) continue;
        if (!span_to_u64(span_of(node->text), UINT32_MAX, &n)) schema_expected(s, node, "a number");
        numbers[count++] = (uint32_t)n;
    }
    *(dialogs ? &host->kamailio.dialog_ids : &host->kamailio.natping_branches) = numbers;
    *(dialogs ? &host->kamailio.dialog_id_count : &host->kamailio.natping_branch_count) = count;
}

/* natping_tag: uloc-6b07e641-11bd-4-45f2d7-ec5dbbb, or 78cd50bb; natping_call_id: d3ae86d2-0ac1c9b4-652b8;
 * nonce_id: 6ef69853 */
static void read_natping(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                         void *object) {
    struct lab_host_config *host = object;
    bool tag = strcmp(key->name, "natping_tag") == 0, nonce = strcmp(key->name, "nonce_id") == 0;
    const char *expected = tag     ? "uloc- and five hexadecimal numbers, joined by -, or one number"
                           : nonce ? "a hexadecimal number"
                                   : "three hexadecimal numbers, joined by -";
    if (!schema_is_scalar(s, value, expected)) return;
    struct span left = span_of(value->text), part;
    bool good = true, of_contact = tag && span_starts(left, "uloc-");
    int parts = 0, wanted = of_contact ? 5 : tag || nonce ? 1 : 3;
    if (of_contact) span_cut(&left, '-');
    for (; left.len; parts++) {
        part = span_cut(&left, '-');
        for (size_t i = 0; i < part.len; i++)
            good = good && ascii_hex(part.p[i]) >= 0;
        good = good && part.len >= 1 && part.len <= 8;
    }
    if (!good || parts != wanted) schema_expected(s, value, expected);
    *(tag     ? &host->kamailio.natping_tag
      : nonce ? &host->kamailio.nonce_id
              : &host->kamailio.natping_call_id) = value->text;
}

static void read_processing(struct schema *s, const struct tree_node *value, const struct schema_key *key,
                            void *object) {
    struct lab_host_config *host = object;
    struct schema_key keys[KAM_COSTS + 1] = {{0}};
    (void)key;
    if (value->kind == TREE_SCALAR && span_is(span_of(value->text), "default")) return;
    if (!schema_is_map(s, value, "default or a mapping such as {invite: 341us}")) return;
    for (size_t i = 0; i < KAM_COSTS; i++) {
        keys[i] = wait_key;
        keys[i].name = kam_cost_names[i];
        keys[i].offset = i * sizeof host->kamailio.cost_ns[0];
    }
    schema_map(s, value, keys, host->kamailio.cost_ns);
}

/* For the JSON schema. */
#define QUANTILES                                                                                            \
    "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"quantiles\"],\"properties\":{"      \
    "\"quantiles\":{"                                                                                        \
    "\"type\":\"object\",\"additionalProperties\":{\"$ref\":\"#/definitions/duration\"}}}}"
#define WAKEUP       "{\"$ref\":\"#/definitions/duration\"}," QUANTILES
#define WAKEUP_SHAPE "\"anyOf\":[" WAKEUP ",{\"type\":\"array\",\"items\":{\"anyOf\":[" WAKEUP "]}}]"

static const struct schema_key kamailio_keys[] = {
    {"config", SCHEMA_SCALAR, .required = true, .help = "the kamailio.cfg, a file beside scenario.yaml"},
    {"defines", SCHEMA_OTHER,
     .shape = "\"anyOf\":[{\"type\":\"array\",\"items\":{\"type\":\"string\"}},{\"$ref\":\"#/definitions/"
              "texts\"}]",
     .read = config_read_defines,
     .help = "-A: names that are defined before the file begins: [WITH_AUTH, WITH_NAT], or with values: "
             "{LEVEL: 3}"},
    {"environment", SCHEMA_OTHER, .shape = "\"$ref\":\"#/definitions/texts\"",
     .read = config_read_environment,
     .help = "variables of its environment, a mapping of names to values: $env(NAME), #!defenv"},
    {"skip", SCHEMA_OTHER, .shape = "\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"}",
     .read = config_read_skip,
     .help = "functions that are not simulated and passed over, with what they return: {sip_trace: 1}"},
    {"subscribers", ROWS(config_read_subscribers, config_subscriber_keys),
     .help = "the table of passwords that auth_db asks: a list of {username: , password: }"},
    {"aliases", ROWS(config_read_aliases, config_alias_keys),
     .help = "the table of other names that alias_db asks: a list of {alias_username: , username: }"},
    {"groups", ROWS(config_read_groups, config_group_keys),
     .help = "the table of groups that group asks: a list of {username: , grp: }"},
    {"group_patterns", ROWS(config_read_group_patterns, config_group_pattern_keys),
     .help = "the table of expressions that group asks: a list of {reg_exp: , group_id: }"},
    {"modparam", SCHEMA_OTHER,
     .shape = "\"type\":\"object\",\"additionalProperties\":{\"$ref\":\"#/definitions/texts\"}",
     .read = read_modparam,
     .help = "{MODULE: {PARAMETER: VALUE}}: overrides or adds to the file's; quoted: text, digits: a number"},
    {"version", SCHEMA_LINE, SCHEMA_MEMBER(struct lab_host_config, kamailio.version), .fallback = "5.6.3",
     .help = "what the Server header says; the behaviour is 5.6.3's"},
    {"children", SCHEMA_NUMBER, SCHEMA_MEMBER(struct lab_host_config, kamailio.children), 1, 1024,
     .fallback = "the file's children=", .help = "what-if: so many worker processes for each socket"},
    {"wakeup", SCHEMA_OTHER, .shape = WAKEUP_SHAPE, .read = read_wakeup, .keys = wakeup_keys, .path = ".",
     .fallback = "30us",
     .help = "a datagram's arrival until its worker process runs; or a list, one for each of the workers; "
             "{quantiles: ...} draws it"},
    {"processing", SCHEMA_OTHER,
     .shape = "\"anyOf\":[{\"const\":\"default\"},{\"type\":\"object\",\"additionalProperties\":{\"$ref\":\"#"
              "/definitions/duration\"}}]",
     .read = read_processing, .fallback = "default",
     .help = "what each kind of message costs: {invite_100: 230us, ...}; those not given keep their default"},
    {"receive_buffer", SCHEMA_NUMBER, SCHEMA_MEMBER(struct lab_host_config, kamailio.receive_buffer), 0,
     INT32_MAX, .fallback = "425984",
     .help = "bytes of a socket's receive buffer, as getsockopt(SO_RCVBUF) tells it: what arrives when it is "
             "full is lost; 0: no bound"},
    {"timer_phase", SCHEMA_DURATION, SCHEMA_MEMBER(struct lab_host_config, kamailio.timer_phase_ns), 0,
     TIMER_TICK_NS - 1, .fallback = "0ms", .help = "where the 62.5 ms timer tick lies, after start"},
    {"up_for", SCHEMA_DURATION, SCHEMA_MEMBER(struct lab_host_config, kamailio.up_for_ns), 0,
     UNIT_DURATION_MAX_NS, .fallback = "0s",
     .help = "how long it has been running at start: dispatcher's pings come every so many seconds of that"},
    {"seconds_phase", SCHEMA_DURATION, SCHEMA_MEMBER(struct lab_host_config, kamailio.seconds_phase_ns), 0,
     NS_PER_S - 1, .fallback = "0ms",
     .help = "where the seconds of its own clock begin, after it was started: async_route() counts these"},
    {"call_id", SCHEMA_OTHER, .shape = "\"type\":\"string\"", .read = read_call_id,
     .fallback = "drawn by the seed",
     .help = "what its first own request, a ping, has before the @ of its Call-ID; the next one is one more"},
    {"labels", SCHEMA_OTHER, .shape = "\"type\":\"array\",\"items\":{\"type\":\"string\"}",
     .read = read_labels, .fallback = "drawn by the seed",
     .help = "what stands behind the first point in the branches of its own requests, one each: 8e6ad8d1"},
    {"dialog_ids", SCHEMA_OTHER, .shape = "\"type\":\"array\",\"items\":{\"type\":\"integer\"}",
     .read = read_numbers, .fallback = "drawn by the seed",
     .help = "what stands behind the point in did= of Record-Route, a list: what dialog drew at its start"},
    {"nonce_id", SCHEMA_OTHER, .shape = "\"type\":\"string\"", .read = read_natping,
     .fallback = "drawn by the seed",
     .help = "the number in the first nonce of module auth with nonce_count, hexadecimal"},
    {"natping_tag", SCHEMA_OTHER, .shape = "\"type\":\"string\"", .read = read_natping,
     .fallback = "drawn by the seed",
     .help = "the From tag of nathelper's first SIP ping: uloc-START-PROCESS-COUNT-HASH-NUMBER, with the "
             "process of the first worker"},
    {"natping_call_id", SCHEMA_OTHER, .shape = "\"type\":\"string\"", .read = read_natping,
     .fallback = "drawn by the seed",
     .help = "what stands before the @ of its Call-ID: RANDOM-NUMBER-SECOND"},
    {"natping_branches", SCHEMA_OTHER, .shape = "\"type\":\"array\",\"items\":{\"type\":\"integer\"}",
     .read = read_numbers, .fallback = "drawn by the seed",
     .help = "what stands behind z9hG4bK in the branches of these pings, a list of numbers"},
    {0}};

const struct schema_key config_host_keys[] = {
    {"address", SCHEMA_ADDRESS, SCHEMA_MEMBER(struct lab_host_config, address), .required = true,
     .help = "its IPv4 address; the MAC address is 02:42: and the same four bytes"},
    {"port", PORT_KEY(port), .fallback = "5060",
     .help = "its UDP port; of a Kamailio: where others find it, it listens where its file says"},
    {"sipp", SCHEMA_MAP, .keys = sipp_keys, .help = "a SIPp runs here"},
    {"kamailio", SCHEMA_MAP, .keys = kamailio_keys, .help = "a Kamailio runs here"},
    {0}};
