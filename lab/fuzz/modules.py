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
    ('textopsx', [], ['msg_apply_changes();', 'if (msg_apply_changes()) append_hf("X-Y: $ru $rU $hdr(X-P)\\r\\n");',
                      'append_hf_value("X-P", "v1");', 'remove_hf_value("X-P");', 'insert_hf_value("Subject", "w");',
                      'assign_hf_value("X-P", "z");', 'exclude_hf_value("Supported", "100rel");'], []),
    ('htable', ['"htable", "htable", "a=>size=4;autoexpire=2"'],
     ['$sht(a=>$ci) = $rm;', 'append_hf("X-H: $sht(a=>$ci) $shtinc(a=>n) $shtex(a=>n)\\r\\n");', '$sht(a=>n) = $null;',
      'sht_rm_name_re("a=>.*");', '$shtex(a=>$ci) = 1;', 'append_hf("X-H: $shtcn(a=>%~%1) $shtdec(a=>n)\\r\\n");'], []),
    ('nathelper', ['"nathelper", "received_avp", "$avp(rcv)"'], asked('nat_uac_test("19")', 'nat_uac_test("1")', 'nat_uac_test("64")', 'is_rfc1918("$si")', 'handle_ruri_alias()') +
     ['fix_nated_contact();', 'set_contact_alias();', 'add_contact_alias();', 'fix_nated_sdp("1");', 'fix_nated_sdp("3");',
      'fix_nated_sdp("10", "9.8.7.6");', 'add_rcv_param();', 'add_contact_alias("1.2.3.4", "5061", "udp");', 'fix_nated_register();'],
     ['fix_nated_contact();', 'add_contact_alias();', 'set_contact_alias();', 'fix_nated_sdp("1");']),
    (None, [], ['subst("/sip:/sip:s-/");', 'subst("/^Subject: (.*)$/Subject: <\\1>/");', 'subst_uri("/^sip:(.*)@/sip:\\1-x@/");',
                'subst_user("/(.)(.*)/\\2\\1/");', 'subst_hf("Subject", "/(.*)/a\\1/", "a");', 'replace("70", "71");',
                'replace_all("a", "A");', 'replace_body("c=", "c=");', 'search_append("Subject: .", "q");', 'set_body("x=1\r\n", "text/plain");',
                'remove_hf_re("^X-");', 'remove_hf_exp("^(From|To|Call-ID|CSeq|Via|Content|Contact|Route|Record|Max)", "");',
                'replace_hdrs("User", "Luser");', 'append_urihf("X-U: ", "\r\n");', 'filter_body("application/sdp");'] +
     asked('search("^Subject")', 'search_body("m=audio")', 'has_body("application/sdp")', 'is_privacy("id")', 'is_audio_on_hold()',
           'is_present_hf_re("^X-")', 'cmp_istr("$rU", "SERVICE")', 'in_list("$rm", "INVITE,BYE", ",")', 'starts_with("$ru", "sip:s")'),
     ['subst("/180/180/");', 'replace("Ringing", "Tinkling");', 'remove_hf_re("^X-");', 'append_hf("X-L: $(hdr(Via)[-1])\\r\\n");']),
    (None, [], asked('is_uri("$ru")', 'is_first_hop()', 'is_numeric("$rU")', 'is_alphanum("$fU")', 'uri_param("transport")', 'is_user("service")',
                     'cmp_uri("$ru", "$tu")', 'cmp_aor("$ru", "$tu")', 'is_e164("$rU")') +
     ['add_uri_param("a=b");', 'tel2sip("$ru", "{uas}", "$var(t)");', 'add_rr_param(";x=y");', 'encode_contact("enc*", "9.9.9.9");'], []),
    ('permissions', [], asked('allow_source_address("1")', 'allow_trusted("$si", "any")'), []),
    ('pike', ['"pike", "sampling_time_unit", 2', '"pike", "reqs_density_per_unit", 4'], asked('pike_check_req()'), []),
    ('sdpops', [], asked('sdp_with_media("audio")', 'sdp_with_codecs_by_id("8")', 'sdp_with_codecs_by_name("PCMU,PCMA")', 'sdp_content()',
                         'sdp_with_active_media("video")', 'sdp_with_transport("RTP/AVP")') +
     ['sdp_remove_codecs_by_id("0");', 'sdp_keep_codecs_by_name("PCMA");', 'sdp_remove_media("video");', 'sdp_remove_line_by_prefix("a=rtpmap");',
      'sdp_remove_codecs_by_name("PCMA", "audio");', 'sdp_transport("$avp(tr)");\n    append_hf("X-Y: $avp(tr)\\r\\n");'],
     ['sdp_remove_codecs_by_id("8");', 'sdp_remove_media("video");']),
    ('sanity', [], asked('sanity_check("1511", "7")', 'sanity_check("4095", "2")', 'sanity_check()'), []),
    ('path', ['"path", "use_received", 1'], asked('add_path()', 'add_path("u")', 'add_path("u", "x=y")', 'add_path_received()'), []),
    ('diversion', [], ['add_diversion("user-busy");', 'add_diversion("x", "sip:d@{uas}");'], []),
    ('pv_headers', ['"pv_headers", "auto_msg", 0'], ['pvh_collect_headers();\n    pvh_append_header("X-V", "a");\n    pvh_apply_headers();',
                                                    'pvh_collect_headers();\n    pvh_remove_header("User-Agent");\n    pvh_apply_headers();',
                                                    'pvh_collect_headers();\n    append_hf("X-Y: $x_hdr(Contact) $x_fu $x_tn\\r\\n");'], []),
    ('pv_headers', [], ['pvh_append_header("X-V", "$rm");', 'pvh_remove_header("Subject");', '$x_hdr(X-V) = "b";',
                        'append_hf("X-Y: $x_hdr(Via) $x_fU\\r\\n");'], ['append_hf("X-Z: $x_hdr(Contact)\\r\\n");']),
    ('topoh', ['"topoh", "mask_callid", 1', '"topoh", "mask_key", "k"'], ['record_route();', 'append_hf("X-Y: $ci $hdr(TH)\\r\\n");'], []),
    ('nat_traversal', [], asked('client_nat_test("1")', 'client_nat_test("2")', 'client_nat_test("3")') + ['fix_contact();'], ['fix_contact();']),
    ('mangler', [], ['sdp_mangle_ip("172.20.0.0/16", "9.9.9.9");', 'sdp_mangle_port("2");', 'decode_contact_header();'], ['sdp_mangle_port("-2");']),
    ('avpops', [], ['avp_pushto("$ru/username", "$fU");', 'avp_printf("$avp(a)", "$ru $rm");\n    append_hf("X-Y: $avp(a)\\r\\n");'] +
     asked('avp_check("$avp(a)", "eq/s:abc/i")', 'is_avp_set("$avp(a)")', 'avp_subst("$avp(a)", "/a/b/g")'), []),
    ('tmx', [], asked('t_is_request_route()', 't_precheck_trans()') + ['append_hf("X-Y: $T_branch_idx $T_reply_code\\r\\n");'],
     ['append_hf("X-Z: $T_branch_idx $T_reply_code $T_req($ru)\\r\\n");']),
    ('jansson', [], ['jansson_get("a[1]", "{\\"a\\":[1,\\"$rm\\"]}", "$var(jj)");\n    append_hf("X-Y: $var(jj)\\r\\n");',
                     'jansson_set("string", "a.b", "$ci", "$var(jj)");\n    append_hf("X-Y: $var(jj)\\r\\n");'], []),
    ('mqueue', ['"mqueue", "mqueue", "name=q"'], ['mq_add("q", "$ci", "$rm");', 'if (mq_fetch("q")) append_hf("X-Y: $mqk(q) $mqv(q)\\r\\n");',
                                                 'append_hf("X-Y: $mq_size(q)\\r\\n");'], []),
    ('auth', [], asked('has_credentials("{uas}")', 'consume_credentials()'), []),
]


def add(proxy):
    """Draws rows and statements of them for this proxy: (modules, modparams, statements, statements for replies)."""
    stream = proxy.stream('modules')
    names, params, statements, replies = [], [], [], []
    for name, settings, asks, answers in stream.sample(ROWS, stream.randint(1, 2)):
        if name in names:
            continue
        names += [name] if name else []
        params += settings
        statements += stream.sample(asks, min(len(asks), stream.randint(1, 3)))
        replies += stream.sample(answers, min(len(answers), stream.randint(0, 2)))
    return names, params, [proxy.fill_hosts(s) for s in statements], replies
