/* SPDX-License-Identifier: MIT */
/* What the parts of the parser share: the tokens, the program that is made, and how errors are told. */
#ifndef MODEL_KAMAILIO_CFG_PARSE_H
#define MODEL_KAMAILIO_CFG_PARSE_H

#include "model/kamailio/cfg/lex.h"
#include "model/kamailio/script/eval.h"
#include "model/kamailio/script/program.h"
#include "model/kamailio/script/transport.h"

/* How deep blocks and parentheses may nest, and how high the tree of one expression may grow. */
#define CFG_DEPTH_MAX 200
#define CFG_TREE_MAX  1000

/* A route block that something names. */
struct cfg_route_ref {
    struct cfg_route_ref *next;
    const struct kam_route **out; /* where it goes */
    bool must_exist;              /* route() needs it; a function is warned of one that is missing */
    enum kam_route_kind kind;
    const char *word; /* "route", "failure_route" ... */
    struct span name;
    struct source_pos at;
};

struct cfg_parse {
    struct kam_program *program;
    const struct cfg_token *t; /* the next token */
    struct diag *diag;
    const struct kam_additions *more;
    enum kam_route_kind kind; /* of the block that is parsed */
    unsigned depth;
    struct span module_path; /* as it was set last; p NULL: never */
    bool module_path_told;   /* that there are no modules */
    struct cfg_route_ref *refs, **refs_end;
};

/* Is this the next token? cfg_take also consumes it. */
bool cfg_next_is(const struct cfg_parse *p, const char *text);
bool cfg_take(struct cfg_parse *p, const char *text);

/* Consumes the token, or tells that it was expected and returns false. */
bool cfg_expect(struct cfg_parse *p, const char *text);

/* The error `expected WHAT, found ...` at the next token. Always false. */
bool cfg_expected(struct cfg_parse *p, const char *what);

/* Consumes the next token and returns it; the end is never passed. */
const struct cfg_token *cfg_get(struct cfg_parse *p);

/* One level deeper, or an error and false when that is too deep; every success needs a cfg_leave. */
bool cfg_enter(struct cfg_parse *p);
void cfg_leave(struct cfg_parse *p);

void *cfg_new(struct cfg_parse *p, size_t size);

/* A statement of that kind that stands there. */
struct cfg_stmt *cfg_stmt_new(struct cfg_parse *p, enum cfg_stmt_kind kind, struct source_pos at);

/* Notes that a block is named, to be put into *out; the word is that of the block: "failure_route". */
void cfg_refer(struct cfg_parse *p, const struct kam_route **out, const char *word, struct span name,
               struct source_pos at, bool must_exist);

/* `; did you mean X?` where one of the names is near, or nothing. The buffer holds it. */
#define CFG_HINT_MAX 80
const char *cfg_hint(struct span word, const char *const *names, char hint[CFG_HINT_MAX]);

/* A regular expression of the file; NULL after an error at `at`. */
struct regex *cfg_regex(struct kam_program *program, struct span pattern, bool icase, struct source_pos at,
                        struct diag *diag);

/* The error that this is no regular expression, and why. */
void cfg_regex_error(struct span pattern, const char *why, struct source_pos at, struct diag *diag);

/* The parts. Each returns false or NULL after an error; the caller then skips to a place to go on. */

/* `{` statements `}`; *body is the first of them. */
bool cfg_block_parse(struct cfg_parse *p, const struct cfg_stmt **body);

/* An expression as it stands in if (...), on the right of = and as an argument. */
const struct cfg_expr *cfg_expr_parse(struct cfg_parse *p);

/* The same without the operators that bind looser than this level (12: none at all). */
const struct cfg_expr *cfg_expr_parse_level(struct cfg_parse *p, int level);

/* The type that an expression has for sure: KAM_NULL if it shows only at run time. */
enum kam_value_type cfg_expr_type(const struct cfg_expr *e);

/* An expression that siptwin has not, "comparing an address with a host name": a run that reaches it stops.
 */
const struct cfg_expr *cfg_expr_missing(struct cfg_parse *p, struct source_pos at, const char *what);

/* The value of an expression that is the same in every run (texts go to the program). */
bool cfg_expr_constant(struct cfg_parse *p, const struct cfg_expr *e, struct kam_value *out);

/* A constant as text; a number is written out, and stays with the program. */
struct span cfg_literal_text(struct cfg_parse *p, struct kam_value v);

/* method == "INVITE" and the like; the next token is such a subject. */
const struct cfg_expr *cfg_test_parse(struct cfg_parse *p);
bool cfg_test_starts(const struct cfg_parse *p);

/* NAME(...), without what follows; the next token is the name. */
struct cfg_stmt *cfg_call_parse(struct cfg_parse *p);
bool cfg_call_starts(const struct cfg_parse *p);

/* $name = expression; the next token is the pseudo-variable. */
struct cfg_stmt *cfg_assign_parse(struct cfg_parse *p);

/* Looks a pseudo-variable up that is written so; an error stands at `at`. */
const struct cfg_pv *cfg_pv_find(struct cfg_parse *p, struct span text, struct source_pos at);

/* That of a token, outside of texts: not behind #!KAMAILIO, $name is an AVP if no pseudo-variable is called
 * so. */
const struct cfg_pv *cfg_pv_bare(struct cfg_parse *p, const struct cfg_token *t);

/* The same in front of =: one that a script may write. */
const struct cfg_pv *cfg_pv_target(struct cfg_parse *p, const struct cfg_token *t);

/* A text cut at its pseudo-variables, which must exist; at least one piece. */
const struct cfg_piece *cfg_format_parse(struct cfg_parse *p, struct span text, struct source_pos at);

/* The arguments of a call whose function is known, call->arg_count of them, into the call. */
bool cfg_args_parse(struct cfg_parse *p, struct cfg_stmt *call, const struct cfg_expr *const *exprs);

/* listen = ...; the next token is behind the = */
bool cfg_listen_parse(struct cfg_parse *p, struct source_pos at);

/* The transport that a token names where sockets are, which no websocket is. */
enum kam_transport cfg_transport(const struct cfg_token *t);

/* a.b.c.d; the next token is the first number. */
bool cfg_ipv4_parse(struct cfg_parse *p, uint32_t *ip);

/* A host's name or address, without or with quotes; numbers: they may be parts of a name. */
bool cfg_host_parse(struct cfg_parse *p, bool numbers, struct span *host);

/* [:PORT]; 0: not written. */
bool cfg_port_parse(struct cfg_parse *p, uint16_t *port);

/* [PROTO:]HOST[:PORT]; * is any protocol, and any port. */
struct cfg_socket {
    struct source_pos at;
    enum kam_transport transport; /* KAM_NO_TRANSPORT: any */
    struct span host;
    bool ipv6;
    uint16_t port; /* 0: any */
};
bool cfg_socket_parse(struct cfg_parse *p, struct cfg_socket *socket);

/* alias = [PROTO:]HOST[:PORT] ...; the next token is behind the = */
bool cfg_alias_parse(struct cfg_parse *p);

/* loadmodule and modparam; the next token is the word. */
bool cfg_loadmodule_parse(struct cfg_parse *p);
bool cfg_modparam_parse(struct cfg_parse *p);

/* Sets a parameter after the checks that Kamailio makes, and that it is simulated. */
bool cfg_modparam_set(struct kam_program *program, struct span module, struct span name,
                      struct kam_value value, struct source_pos at, struct diag *diag);

/*
 * The whole file, into an empty program. Returns the routes that it names, to be looked up when all are
 * known.
 */
struct cfg_route_ref *cfg_parse_file(struct kam_program *program, const struct source *cfg,
                                     struct source_set *set, const struct kam_additions *more,
                                     struct diag *diag);

#endif
