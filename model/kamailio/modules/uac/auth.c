/* SPDX-License-Identifier: MIT */
/* uac_auth(): the answer to a challenge, from failure_route (facts: Kamailio 30.3). */
#include "model/kamailio/message/lump.h"
#include "model/kamailio/modules/dialog/dialog.h"
#include "model/kamailio/modules/uac/uac.h"
#include "model/sip/digest.h"
#include "model/sip/msg.h"

/* What a WWW-Authenticate or Proxy-Authenticate asks for; p of a member NULL: it does not say. */
struct challenge {
    struct span realm, nonce, opaque, algorithm;
    struct span qop; /* auth if it is among them, else what the last one says */
    bool has_qop;    /* there was auth or auth-int in one */
};

/* "text" or a word; *quoted says which. */
static bool take_value(struct span *left, struct span *value, bool *quoted) {
    *quoted = left->len && *left->p == '"';
    if (*quoted) *left = span_skip(*left, 1);
    size_t len = 0;
    while (len < left->len &&
           (*quoted ? left->p[len] != '"' : left->p[len] != ',' && !ascii_space((unsigned char)left->p[len])))
        len++;
    if (*quoted && len == left->len) return false;
    *value = span_head(*left, len);
    *left = span_skip_space(span_skip(*left, len + *quoted));
    return *quoted || len > 0;
}

static void read_qop(struct challenge *c, struct span value) {
    c->qop = value;
    while (value.len) {
        struct span word = span_trim(span_cut(&value, ','));
        if (span_is_nocase(word, "auth")) c->qop = SPAN("auth");
        c->has_qop |= span_is_nocase(word, "auth") || span_is_nocase(word, "auth-int");
    }
}

/* Which parameters must have quotes. */
static bool read_param(struct challenge *c, struct span name, struct span value, bool quoted) {
    const struct {
        const char *name;
        struct span *to;
    } texts[] = {{"realm", &c->realm}, {"nonce", &c->nonce}, {"opaque", &c->opaque}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!span_is_nocase(name, texts[i].name)) continue;
        *texts[i].to = value;
        return quoted;
    }
    if (span_is_nocase(name, "qop")) read_qop(c, value);
    if (span_is_nocase(name, "algorithm")) c->algorithm = value;
    return true;
}

/* Digest name=value, ... with what has to be there, and MD5. */
static bool challenge_read(struct challenge *c, struct span left) {
    *c = (struct challenge){0};
    if (!span_starts_nocase(left, "Digest")) return false;
    left = span_skip_space(span_skip(left, strlen("Digest")));
    while (left.len) {
        struct span value;
        bool quoted;
        if (span_find(left, '=') <= 0) return false;
        struct span name = span_trim(span_cut(&left, '='));
        left = span_skip_space(left);
        if (!take_value(&left, &value, &quoted) || !read_param(c, name, value, quoted)) return false;
        if (left.len && *left.p != ',') return false;
        left = span_skip_space(span_skip(left, 1));
    }
    return c->realm.p && c->nonce.len && (!c->algorithm.p || span_is_nocase(c->algorithm, "MD5"));
}

/* The challenge of a reply. */
static bool find_challenge(unsigned status, struct span bytes, struct challenge *c) {
    const char *name = status == 407 ? "Proxy-Authenticate" : "WWW-Authenticate";
    struct sip_msg reply = {0};
    bool found = false;
    if (status != 401 && status != 407) return false;
    if (bytes.p && sip_msg_parse(&reply, bytes))
        for (const struct sip_header *h = reply.headers; h < reply.headers + reply.header_count && !found;
             h++)
            if (span_is_nocase(h->name, name)) {
                found = challenge_read(c, h->value);
                break;
            }
    sip_msg_free(&reply);
    return found;
}

struct credential {
    struct span user, password;
};

/* user:realm:password of modparam credential; the last one of a realm counts. */
static bool find_listed(const struct kam_run *run, struct span realm, struct credential *out) {
    struct kam_value text;
    bool found = false;
    for (size_t i = 0; kam_program_value(run->k->program, &kam_uac_module, "credential", i, &text); i++) {
        struct span left = text.s, user = span_cut(&left, ':');
        if (!span_eq(span_cut(&left, ':'), realm)) continue;
        *out = (struct credential){user, left};
        found = true;
    }
    return found;
}

static struct span text_of(struct kam_run *run, const struct cfg_pv *pv) {
    struct kam_value v = pv ? kam_pv_value(run, pv) : (struct kam_value){0};
    return kam_value_text(v, &run->scratch);
}

/* The variables that modparams name. A realm that they do not tell is any. */
static bool find_in_variables(struct kam_run *run, struct span realm, struct credential *out) {
    const struct uac_names *names = kam_program_kept(run->k->program, KAM_MODULE_UAC);
    if (!names->user) return false;
    *out = (struct credential){text_of(run, names->user), text_of(run, names->password)};
    struct span own = text_of(run, names->realm);
    return out->user.len && out->password.len && (own.len == 0 || span_eq(own, realm));
}

static void add_quoted(struct buf *out, const char *name, struct span value) {
    buf_addf(out, "%s=\"" SPAN_FMT "\", ", name, SPAN_ARG(value));
}

static void write_header(const struct uac_login *login, const struct challenge *c, struct buf *out) {
    char ha1[DIGEST_HEX_LEN] = {0}, response[DIGEST_HEX_LEN];
    struct buf cnonce = {0};
    struct span password = login->password;
    if (login->is_ha1)
        memcpy(ha1, password.p, password.len < sizeof ha1 ? password.len : sizeof ha1);
    else
        digest_md5(ha1, (struct span[]){login->user, c->realm, password}, 3);
    buf_addf(&cnonce, "%u", kam_hash(c->nonce, (struct span){0}));
    struct digest d = {.ha1 = {ha1, sizeof ha1},
                       .method = login->method,
                       .uri = login->uri,
                       .nonce = c->nonce,
                       .has_qop = c->has_qop,
                       .nc = SPAN("00000001"),
                       .cnonce = buf_span(&cnonce),
                       .qop = c->qop};
    digest_response(response, &d);
    buf_add_text(out, login->status == 407 ? "Proxy-Authorization: Digest " : "Authorization: Digest ");
    add_quoted(out, "username", login->user);
    add_quoted(out, "realm", c->realm);
    add_quoted(out, "nonce", c->nonce);
    add_quoted(out, "uri", d.uri);
    if (c->opaque.len) add_quoted(out, "opaque", c->opaque);
    if (d.has_qop) { /* it says auth of auth-int, too */
        buf_add_text(out, "qop=auth, nc=00000001, ");
        add_quoted(out, "cnonce", d.cnonce);
    }
    add_quoted(out, "response", (struct span){response, sizeof response});
    buf_add_text(out, "algorithm=MD5\r\n");
    buf_free(&cnonce);
}

bool uac_login_write(struct buf *out, const struct uac_login *login) {
    struct challenge c;
    if (!find_challenge(login->status, login->reply, &c)) return false;
    write_header(login, &c, out);
    return true;
}

/* The Request-URI of the branch that was answered: it is that of the next one, too. */
static struct span sent_uri(struct kam_run *run) {
    struct sip_msg sent = {0};
    bool good = run->failure_request.p && sip_msg_parse(&sent, run->failure_request) && sent.is_request;
    struct span uri = good ? sent.uri : kam_run_uri(run);
    sip_msg_free(&sent);
    return uri;
}

int uac_auth(struct kam_run *run, int64_t mode) {
    struct challenge c;
    struct credential who;
    struct uac *uac = kam_module_data(run->k, KAM_MODULE_UAC);
    /* Once it was asked for, Kamailio takes every password for the sum of one. */
    if (mode & 1) uac->passwords_are_ha1 = true;
    if (!find_challenge(run->failure_status, run->failure_reply, &c)) return -1;
    bool listed = find_listed(run, c.realm, &who);
    if (!listed && !find_in_variables(run, c.realm, &who)) return -1;
    kam_run_set_uri(run, sent_uri(run));
    struct buf line = {0};
    struct uac_login login = {run->failure_status,
                              run->failure_reply,
                              run->msg.method,
                              kam_run_uri(run),
                              who.user,
                              who.password,
                              !listed && uac->passwords_are_ha1};
    write_header(&login, &c, &line);
    kam_lump_insert(&run->edits, run->msg.header_end, buf_span(&line));
    buf_free(&line);
    dlg_cseq_login(run);
    return 1;
}
