/* SPDX-License-Identifier: MIT */
#include "view/compare_field.h"

#include "base/diag.h"
#include "base/mem.h"

#include <stdlib.h>

/* Header fields stand last, from the first "sip." with a capital letter on. */
static const char *const names[] = {"time",
                                    "frame",
                                    "frame.protocols",
                                    "frame.time_relative",
                                    "ip.src",
                                    "ip.dst",
                                    "ip.dsfield",
                                    "ip.flags.df",
                                    "ip.flags.mf",
                                    "ip.frag_offset",
                                    "ip.ttl",
                                    "ip.len",
                                    "ip.id",
                                    "ip.checksum",
                                    "udp.srcport",
                                    "udp.dstport",
                                    "udp.length",
                                    "udp.checksum",
                                    "udp.payload",
                                    "sip.msg_hdr",
                                    "sip.msg_body",
                                    "sip.Request-Line",
                                    "sip.Status-Line",
                                    "sip.Accept",
                                    "sip.Accept-Contact",
                                    "sip.Accept-Encoding",
                                    "sip.Accept-Language",
                                    "sip.Accept-Resource-Priority",
                                    "sip.Alert-Info",
                                    "sip.Allow",
                                    "sip.Allow-Events",
                                    "sip.Answer-Mode",
                                    "sip.Authentication-Info",
                                    "sip.Authorization",
                                    "sip.CSeq",
                                    "sip.Call-ID",
                                    "sip.Call-Info",
                                    "sip.Contact",
                                    "sip.Content-Disposition",
                                    "sip.Content-Encoding",
                                    "sip.Content-Language",
                                    "sip.Content-Length",
                                    "sip.Content-Type",
                                    "sip.Date",
                                    "sip.Diversion",
                                    "sip.Error-Info",
                                    "sip.Event",
                                    "sip.Expires",
                                    "sip.Feature-Caps",
                                    "sip.Flow-Timer",
                                    "sip.From",
                                    "sip.Geolocation",
                                    "sip.Geolocation-Error",
                                    "sip.Geolocation-Routing",
                                    "sip.History-Info",
                                    "sip.Identity",
                                    "sip.Identity-Info",
                                    "sip.In-Reply-To",
                                    "sip.Info-Package",
                                    "sip.Join",
                                    "sip.MIME-Version",
                                    "sip.Max-Breadth",
                                    "sip.Max-Forwards",
                                    "sip.Min-Expires",
                                    "sip.Min-SE",
                                    "sip.Organization",
                                    "sip.P-Access-Network-Info",
                                    "sip.P-Answer-State",
                                    "sip.P-Asserted-Identity",
                                    "sip.P-Asserted-Service",
                                    "sip.P-Associated-URI",
                                    "sip.P-Called-Party-ID",
                                    "sip.P-Charge-Info",
                                    "sip.P-Charging-Function-Addresses",
                                    "sip.P-Charging-Vector",
                                    "sip.P-Early-Media",
                                    "sip.P-Media-Authorization",
                                    "sip.P-Preferred-Identity",
                                    "sip.P-Preferred-Service",
                                    "sip.P-Profile-Key",
                                    "sip.P-RTP-Stat",
                                    "sip.P-Refused-URI-List",
                                    "sip.P-Served-User",
                                    "sip.P-User-Database",
                                    "sip.P-Visited-Network-ID",
                                    "sip.P-hint",
                                    "sip.Path",
                                    "sip.Permission-Missing",
                                    "sip.Policy-Contact",
                                    "sip.Policy-ID",
                                    "sip.Priority",
                                    "sip.Priority-Share",
                                    "sip.Priv-Answer-Mode",
                                    "sip.Privacy",
                                    "sip.Proxy-Authenticate",
                                    "sip.Proxy-Authorization",
                                    "sip.Proxy-Require",
                                    "sip.RAck",
                                    "sip.RSeq",
                                    "sip.Reason",
                                    "sip.Record-Route",
                                    "sip.Recv-Info",
                                    "sip.Refer-Sub",
                                    "sip.Refer-To",
                                    "sip.Referred-By",
                                    "sip.Reject-Contact",
                                    "sip.Remote-Party-ID",
                                    "sip.Replaces",
                                    "sip.Reply-To",
                                    "sip.Request-Disposition",
                                    "sip.Require",
                                    "sip.Resource-Priority",
                                    "sip.Resource-Share",
                                    "sip.Response-Source",
                                    "sip.Retry-After",
                                    "sip.Route",
                                    "sip.SIP-ETag",
                                    "sip.SIP-If-Match",
                                    "sip.Security-Client",
                                    "sip.Security-Server",
                                    "sip.Security-Verify",
                                    "sip.Server",
                                    "sip.Service-Route",
                                    "sip.Session-Expires",
                                    "sip.Session-ID",
                                    "sip.Subject",
                                    "sip.Subscription-State",
                                    "sip.Supported",
                                    "sip.Suppress-If-Match",
                                    "sip.Target-Dialog",
                                    "sip.Timestamp",
                                    "sip.To",
                                    "sip.Trigger-Consent",
                                    "sip.Unsupported",
                                    "sip.User-Agent",
                                    "sip.Via",
                                    "sip.WWW-Authenticate",
                                    "sip.Warning",
                                    NULL};

#define HEADER_PREFIX "sip."

/* The compact forms of header fields (RFC 3261 7.3.3, and the IANA registry of SIP parameters). */
static const struct {
    char compact;
    const char *name;
} compacts[] = {
    {'a', "Accept-Contact"},
    {'b', "Referred-By"},
    {'c', "Content-Type"},
    {'d', "Request-Disposition"},
    {'e', "Content-Encoding"},
    {'f', "From"},
    {'i', "Call-ID"},
    {'j', "Reject-Contact"},
    {'k', "Supported"},
    {'l', "Content-Length"},
    {'m', "Contact"},
    {'n', "Identity-Info"},
    {'o', "Event"},
    {'r', "Refer-To"},
    {'s', "Subject"},
    {'t', "To"},
    {'u', "Allow-Events"},
    {'v', "Via"},
    {'x', "Session-Expires"},
    {'y', "Identity"},
};

struct span compare_header_name(struct span name) {
    for (size_t i = 0; name.len == 1 && i < sizeof compacts / sizeof *compacts; i++)
        if (ascii_lower(name.p[0]) == compacts[i].compact) return span_of(compacts[i].name);
    return name;
}

/* The name that was most likely meant, or NULL. */
static const char *meant_by(struct span name) {
    if (span_is_nocase(name, "ip.tos")) return "ip.dsfield";
    for (size_t i = 0; names[i]; i++) { /* "Via" for sip.Via, "ttl" for ip.ttl */
        const char *dot = strchr(names[i], '.');
        if (dot && span_is_nocase(name, dot + 1)) return names[i];
    }
    return diag_suggest(name, names);
}

bool compare_ignore_add(struct compare_ignore *ignore, struct span name, const char **meant) {
    const char *found = NULL;
    for (size_t i = 0; names[i] && !found; i++)
        if (span_is_nocase(name, names[i])) found = names[i];
    if (!found && span_starts_nocase(name, HEADER_PREFIX "X-")) {
        ignore->owned =
            mem_room(ignore->owned, ignore->owned_count, &ignore->owned_cap, sizeof *ignore->owned);
        found = ignore->owned[ignore->owned_count++] = mem_text(name);
    }
    if (!found) {
        *meant = meant_by(name);
        return false;
    }
    if (strcmp(found, "time") == 0) found = "frame.time_relative";
    ignore->names = mem_room(ignore->names, ignore->count, &ignore->cap, sizeof *ignore->names);
    ignore->names[ignore->count++] = found;
    return true;
}

bool compare_ignored(const struct compare_ignore *ignore, const char *name) {
    for (size_t i = 0; i < ignore->count; i++)
        if (strcmp(ignore->names[i], name) == 0) return true;
    return false;
}

bool compare_ignored_header(const struct compare_ignore *ignore, struct span header) {
    for (size_t i = 0; i < ignore->count; i++)
        if (span_starts(span_of(ignore->names[i]), HEADER_PREFIX) &&
            span_is_nocase(header, ignore->names[i] + sizeof HEADER_PREFIX - 1))
            return true;
    return false;
}

void compare_ignore_free(struct compare_ignore *ignore) {
    for (size_t i = 0; i < ignore->owned_count; i++)
        free(ignore->owned[i]);
    free(ignore->owned);
    free(ignore->names);
    *ignore = (struct compare_ignore){0};
}
