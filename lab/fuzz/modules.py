# SPDX-License-Identifier: MIT
"""What a drawn kamailio.cfg asks of modules beyond the common ones: rows of a module, its parameters, statements of request_route
and statements of onreply_route[R1]. {uas} is the callee's address; X-M headers show what came of it."""

SHOW = 'append_hf("X-M%d: $rc $ru $du\\r\\n");'


def asked(*calls):
    """Each call as a condition, and a header that shows what it returned."""
    return ['if (%s) {\n        append_hf("X-Y: $rc\\r\\n");\n    } else {\n        append_hf("X-N: $rc\\r\\n");\n    }' % call
            for call in calls]


ROWS = [
    ('ipops', [], asked('is_ip("$si")', 'is_in_subnet("$si", "172.20.0.0/24")', 'is_ip_rfc1918("$si")', 'is_pure_ip("$rd")',
                        'compare_ips("$si", "$rd")', 'is_ipv4("$fd")', 'is_ipv6("$td")', 'compare_pure_ips("$Ri", "$fd")'), []),
    ('cfgutils', [], asked('is_gflag("3")', 'set_gflag("3")', 'reset_gflag("3")', 'lock("$ci")', 'check_route_exists("C1")') +
     ['unlock("$ci");', 'usleep("2000");'], []),
    ('uac', ['"uac", "restore_mode", "auto"'],
     ['uac_replace_from("sip:anon@anon.invalid");', 'uac_replace_from("Anon", "sip:anon@anon.invalid");',
      'uac_replace_to("sip:new@{uas}");', 'uac_replace_from("$fU", "");', 'uac_replace_to("\\"A B\\"", "sip:$rU@{uas}");'], []),
    ('uac', ['"uac", "restore_mode", "manual"'],
     ['uac_replace_from("sip:m@anon.invalid");', 'uac_replace_to("M", "sip:m@{uas}");'], []),
    ('uac', ['"uac", "restore_mode", "none"'], ['uac_replace_from("sip:n@anon.invalid");', 'uac_replace_to("sip:n@{uas}");'], []),
    ('auth', [], asked('has_credentials("{uas}")', 'consume_credentials()'), []),
]


def add(proxy):
    """Draws rows and statements of them for this proxy: (modules, modparams, statements, statements for replies)."""
    stream = proxy.stream('modules')
    names, params, statements, replies = [], [], [], []
    for name, settings, asks, answers in stream.sample(ROWS, stream.randint(1, 2)):
        if name in names:
            continue
        names.append(name)
        params += settings
        statements += stream.sample(asks, min(len(asks), stream.randint(1, 3)))
        replies += stream.sample(answers, min(len(answers), stream.randint(0, 2)))
    return names, params, [proxy.fill_hosts(s) for s in statements], replies
