/* SPDX-License-Identifier: MIT */
#include "model/sipp/process/credentials.h"

#include "model/sipp/process/auth.h"
#include "model/sipp/process/fold.h"
#include "model/sipp/process/render.h"

static struct template_compiler compiler(struct sipp *sipp, struct diag *diag) {
    return (struct template_compiler){.all = &sipp->templates,
                                      .keys = sipp->config.keys,
                                      .key_count = sipp->config.key_count,
                                      .diag = diag,
                                      .late = &sipp->program->variables};
}

void credentials_release(struct sipp *sipp, struct template *before) {
    fold_release(sipp, before->number + 1);
    template_list_free(sipp->templates, before);
    sipp->templates = before;
}

void credentials_free(struct sipp *sipp) {
    if (sipp->templates) credentials_release(sipp, sipp->program->templates);
}

static bool has_authentication(const struct sipp_program *program, enum credential without) {
    for (const struct template *t = program->templates; t; t = t->next)
        for (const struct template_part *part = t->parts; part < t->parts + t->count; part++)
            if (part->id == KEYWORD_AUTHENTICATION && !part->param[without]) return true;
    return false;
}

void credentials_begin(struct sipp *sipp, struct diag *diag) {
    const struct sipp_config *c = &sipp->config;
    const char *const texts[] = {
        [AUTH_USER] = c->auth_user ? c->auth_user : c->service, [AUTH_PASSWORD] = c->auth_password};
    sipp->templates = sipp->program->templates;
    for (enum credential which = AUTH_USER; which <= AUTH_PASSWORD; which++) {
        struct diag untold = {0};
        bool matters = has_authentication(sipp->program, which);
        struct template_compiler own = compiler(sipp, matters ? diag : &untold);
        struct text text = {0};
        text_of_span(&text, (struct source_pos){0}, span_of(texts[which]));
        sipp->credentials[which] = template_compile(&own, text_view(&text));
        text_free(&text);
        diag_free(&untold);
    }
    fold_make_room(sipp);
}

struct template *credentials_of_field(struct sipp *sipp, struct span keyword, struct source_pos at,
                                      struct template *param[AUTH_PARAMS]) {
    struct diag untold = {0};
    struct template *before = sipp->templates;
    struct template_compiler c = compiler(sipp, &untold);
    struct text text = {0};
    text_of_span(&text, at, keyword);
    template_credentials(&c, text_view(&text), param);
    fold_make_room(sipp);
    bool good = !diag_failed(&untold);
    if (!good) credentials_release(sipp, before);
    text_free(&text);
    diag_free(&untold);
    return good ? before : NULL;
}

/* A parameter's text; what SIPp takes for an absent one. */
static bool add_parameter(struct buf *out, struct call *call, struct template *const param[AUTH_PARAMS],
                          enum credential which) {
    const struct template *t = param[which];
    if (!t && which <= AUTH_PASSWORD) t = call->sipp->credentials[which];
    return !t || render(out, call, t, RENDER_ACTION);
}

static void add_uri(struct buf *uri, const struct sipp_config *c) {
    buf_add_text(uri, "sip:");
    if (c->auth_uri) {
        buf_add_text(uri, c->auth_uri);
    } else {
        if (c->remote.ip) ipv4_write(uri, c->remote.ip);
        buf_addf(uri, ":%u", c->remote.port);
    }
}

static const char *add_header(struct buf *out, struct call *call, struct credentials *c) {
    struct span challenge = buf_span(&call->challenge);
    struct buf uri = {0};
    if (challenge.len == 0)
        return "SIPp ends: [authentication] without a challenge (a recv with auth=\"true\")";
    add_uri(&uri, &call->sipp->config);
    c->uri = buf_span(&uri);
    c->aka_memory = &call->sipp->aka;
    c->nonce_count = call->nonce_count++;
    if (auth_needs_cnonce(challenge)) c->cnonce = (uint32_t)sipp_rand(call->sipp, false);
    buf_add_text(out, call->challenge_status == 401 ? "Authorization: " : "Proxy-Authorization: ");
    const char *why = auth_write(out, challenge, c);
    buf_free(&uri);
    return why;
}

const char *credentials_write(struct buf *out, struct call *call, struct template *const param[AUTH_PARAMS],
                              struct span method, struct span body) {
    struct buf texts[AUTH_PARAMS] = {{0}};
    bool good = true;
    for (enum credential which = 0; which < AUTH_PARAMS && good; which++)
        good = add_parameter(&texts[which], call, param, which);
    struct aka_secret aka = {.op = header_clip(buf_span(&texts[AUTH_AKA_OP])),
                             .amf = header_clip(buf_span(&texts[AUTH_AKA_AMF])),
                             .k = header_clip(buf_span(&texts[AUTH_AKA_K]))};
    struct credentials c = {.user = header_clip(buf_span(&texts[AUTH_USER])),
                            .password = header_clip(buf_span(&texts[AUTH_PASSWORD])),
                            .method = method,
                            .body = body,
                            .aka = param[AUTH_AKA_K] ? &aka : NULL};
    const char *why = good ? add_header(out, call, &c) : "";
    for (enum credential which = 0; which < AUTH_PARAMS; which++)
        buf_free(&texts[which]);
    return why;
}
