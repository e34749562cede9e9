# SPDX-License-Identifier: MIT
"""What ./dev damage damages, what the proxy tells of it, and the functions that it asks."""

MODULES = 'kex corex pv sl tm tmx rr maxfwd siputils textops textopsx xlog nathelper auth sdpops ipops sanity usrloc registrar'.split()

# Kinds that only tell: (what the proxy tells, good values).
TOLD = {
    'Via': ('$sel(via[1].host)|$sel(via[1].port)|$sel(via[1].params.branch)|$hdrc(Via)',
            ['SIP/2.0/UDP 172.20.0.2:5060;branch=z9hG4bKabc', 'SIP/2.0/UDP 172.20.0.2:5060;rport;branch=z9hG4bKabc;x=y',
             'SIP/2.0/UDP h.example:5062;maddr=1.2.3.4;ttl=3;received=1.1.1.1', 'SIP/2.0/UDP 172.20.0.2, SIP/2.0/UDP b:1;branch=q',
             'SIP / 2.0 / UDP 172.20.0.2 ; a="b,c" ;branch = "z9"']),
    'From': ('$fu|$fU|$fd|$ft|$fn|$fti',
             ['<sip:a@b>;tag=1', '"A \\"B" <sip:a@b:5060;x=y?h=v>;tag=1;x=y', 'sip:a@b;tag=1', 'A B <sips:a:p@b;transport=udp>;x;tag=1',
              'tel:+123;phone-context=x;tag=2', '<sip:[::1]:5060>;tag="q"']),
    'To': ('$tu|$tU|$td|$tt|$tn', ['<sip:a@b>', '"A" <sip:a@b>;tag=1;x="y"', 'sip:a@b', 'A B <sips:a:p@b;lr>;x', 'tel:+123',
    '<sip:b>;tag=']),
    'CSeq': ('$cs|$rm|$hdr(CSeq)', ['1 MESSAGE', '  12345  MESSAGE ', '1 message', '0001 MESSAGE']),
    'Call-ID': ('$ci|$hdr(Call-ID)', ['abc@def', 'a b', '"x"@y']),
    'Contact': ('$ct|$sel(contact.uri)|$sel(contact.expires)|$(ct{tobody.uri})',
                ['<sip:a@b>', '"A" <sip:a@b;x=y>;expires=3;q=0.5, <sip:c@d>', '*', 'sip:a@b;expires=60',
                 'A <sip:a@b?h=v>;+sip.instance="<urn:uuid:1>"']),
    'Route': ('$route_uri|$hdr(Route)|$hfl(Route)|$(hfl(Route)[1])',
              ['<sip:172.20.0.10;lr>', '<sip:172.20.0.10;lr;ftag=1>, <sip:172.20.0.2:5070;lr>', '"A" <sip:172.20.0.10:5060>;x=y',
               'sip:172.20.0.10;lr']),
    'Record-Route': ('$hdr(Record-Route)|$hfl(Record-Route)',
                     ['<sip:172.20.0.10;lr>', '<sip:172.20.0.10;lr;ftag=1>, <sip:172.20.0.2:5070;lr>']),
    'Max-Forwards': ('$mf', ['70', ' 7 0', '0', '256', 'abc']),
    'Content-Length': ('$cl|$rb|$bs', ['0', ' 3', '003', '5']),
    'Content-Type': ('$cT|$hdr(Content-Type)|$rb', ['application/sdp', 'multipart/mixed;boundary=x', 'text/plain; charset="utf-8"']),
    'Expires': ('$hdr(Expires)|$expires(min)|$expires(max)', ['60', '0', ' 3600;x', '4294967295']),
    'Authorization': ('$au|$ad|$aU|$ar|$adu|$aa|$adn',
                      ['Digest username="a",realm="b",nonce="c",uri="sip:d",response="00112233445566778899aabbccddeeff"',
                       'Digest username="sip:a@b", realm="b", nonce="c", uri="sip:d", response="0", algorithm=MD5, qop=auth', 'Basic abc']),
    'uri': ('$ru|$rU|$rd|$rp|$rP|$rz|$ou|$oU|$od|$op',
            ['sip:a@172.20.0.3', 'sip:a:p@172.20.0.3:5060;transport=udp;x=y?h=v&i=j', 'sips:172.20.0.3', 'tel:+1-2(3).4;phone-context=x',
             'sip:a;u=1@172.20.0.3;lr', 'urn:service:sos', 'sip:[::1]:5060']),
    'first-line': ('$rm|$ru|$rv', ['MESSAGE sip:a@172.20.0.3 SIP/2.0', 'message sip:a@172.20.0.3 sip/2.0']),
    'any': ('$ua|$hdr(Subject)|$ai|$pU|$di|$rt',
            ['X-A: b', 'Subject: hello', 'Accept: a, b', 'P-Asserted-Identity: <sip:a@b>', 'User-Agent: x', 'Supported: 100rel',
             'Event: presence;id=1', 'Diversion: <sip:a@b>;reason=x', 'Session-Expires: 90;refresher=uac', 'Refer-To: <sip:a@b>']),
    'values': ('', ['sip:a@b', 'sip:a:p@b:5060;transport=udp;x=y;lr?h=v&i=j', 'sips:a@[::1]:5061;maddr=1.2.3.4;ttl=3;r2=on',
    'tel:+1-23;x=1',
                    'urn:service:sos', '"A B" <sip:a@b;x=y>;tag=1;x="z"', 'A <sip:c@d>', 'a=b;x=y;tag=z', 'x;y=;z="q;r"', 'a=1,x=2',
                    '  a b  c ', "'q'", '<br>', 'a:b:c@d@e', 'YWJj', '616263', 'YWJjZA==', 'a%41b%00', 'udp:1.2.3.4:5060', '12', '-7',
                    '0x1f', '99999999999', 'a\\"b\\', 'aaaa']),
}
TRANSFORMATIONS = (
    'uri.user uri.host uri.port uri.params uri.scheme uri.passwd uri.headers uri.transport uri.maddr uri.method uri.ttl uri.lr uri.r2 '
    'uri.uparam uri.tosocket uri.param,x uri.param,lr nameaddr.name nameaddr.uri tobody.uri tobody.tag tobody.display tobody.params '
    'tobody.user tobody.host param.count param.name,0 param.name,1 param.value,x param.value,tag param.valueat,1 param.in,x line.count '
    'line.at,0 line.sw,a s.len s.int s.md5 s.encode.hexa s.decode.hexa s.encode.base64 s.decode.base64 s.decode.base64t '
    's.decode.base64url s.encode.base64url s.encode.7bit s.encode.base58 s.decode.base58 s.escape.common s.unescape.common s.escape.user '
    's.unescape.user s.escape.param s.unescape.param s.escape.csv s.tolower s.toupper s.strip,3 s.striptail,3 s.trim s.ltrim s.rtrim '
    's.rm,a s.select,1,, s.select,-1,, s.substr,2,3 s.substr,-4,2 s.stripto,: s.prefixes,4 s.replace,a,bc s.rmws s.numeric s.unquote '
    's.unbracket s.count,a s.after,: s.before,: s.fmtlines,5,2 s.urlencode.param s.urldecode.param sock.host sock.port sock.proto '
    'sock.touri urialias.encode').split()


class Kind:
    """place: the header that is damaged, or uri, first-line, line (a header line of any name), body, message (all of it), values (texts
    for transformations). told: the text with what the proxy tells. asks: statements, one of which it runs first,
    by the message's number."""

    def __init__(self, place, told, values, asks=(), method='MESSAGE', modules=(), params=(), headers=(), body='abc'):
        self.place, self.told, self.values, self.asks = place, told, values, asks
        self.method, self.modules, self.params, self.headers, self.body = method, modules, params, headers, body

KINDS = {name: Kind(name if name != 'any' else 'line', *row) for name, row in TOLD.items()}

SDP = ['v=0', 'o=- 1 2 IN IP4 10.0.0.1', 's=x', 'c=IN IP4 10.0.0.1', 't=0 0', 'm=audio 4000 RTP/AVP 0 8 101', 'a=rtpmap:8 PCMA/8000',
       'a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15', 'a=sendrecv', 'a=rtcp:4001 IN IP4 10.0.0.9', 'm=video 0 RTP/SAVP 31 96',
       'c=IN IP6 ::1', 'a=rtpmap:96 H264/90000', 'a=rtcp-fb:96 nack', 'a=inactive']
SDPS = ['\r\n'.join(lines) + '\r\n' for lines in (SDP, SDP[:6], SDP[:7] + SDP[9:11], SDP[:3] + SDP[4:], SDP[:3] + SDP[4:7] + SDP[3:4])]
KINDS['sdp'] = Kind('body', '$avp(s)|$rb', SDPS, [
    'fix_nated_sdp("1");', 'fix_nated_sdp("2");', 'fix_nated_sdp("4");', 'fix_nated_sdp("8", "9.8.7.6");', 'fix_nated_sdp("11");',
    'sdp_remove_codecs_by_id("8");', 'sdp_remove_codecs_by_name("PCMA");', 'sdp_keep_codecs_by_id("0,101");',
    'sdp_keep_codecs_by_name("telephone-event");', 'sdp_remove_media("video");', 'sdp_with_media("audio");',
    'sdp_with_active_media("audio");', 'sdp_remove_transport("RTP/SAVP");', 'sdp_transport("$avp(s)");',
    'sdp_get_line_startswith("$avp(s)", "a=r");', 'sdp_remove_line_by_prefix("a=rtpmap");', 'sdp_with_codecs_by_id("0,8");',
    'sdp_with_codecs_by_name("H264");', 'sdp_with_ice();', 'sdp_get("$avp(s)");', 'sdp_content();', 'is_audio_on_hold();',
    'sdp_get_address_family();', 'sdp_with_transport_like("SAVP");', 'sdp_remove_codecs_by_id("0", "audio");',
    '$avp(s) = $sdp(sess_version);',
    'has_body("application/sdp");', 'sdp_print("1");', 'sdp_remove_line_by_prefix("a=", "video");'],
    headers=[('Content-Type', 'application/sdp')])
KINDS['mangler'] = Kind('body', '$rb', SDPS, ['sdp_mangle_ip("10.0.0.0/8", "9.8.7.6");', 'sdp_mangle_port("10");',
    'sdp_mangle_port("-4000");',
                                              'sdp_mangle_ip("10.0.0.1/32", "123.123.123.123");'], modules=['mangler'],
                        headers=[('Content-Type', 'application/sdp')])
PARTS = '--x\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--x\r\nContent-Type: text/plain\r\nContent-ID: 1\r\n\r\nhello\r\n--x--\r\n'
MULTIPART = ['has_body("application/sdp");', 'has_body("text/plain");', 'get_body_part("text/plain", "$avp(s)");', 'sdp_content();',
             'get_body_part_raw("application/sdp", "$avp(s)");', 'filter_body("application/sdp");', 'remove_body_part("text/plain");',
             'append_body_part("more", "text/x");', 'set_body_multipart();', 'fix_nated_sdp("1");', 'sdp_get("$avp(s)");', 'has_body();']
KINDS['multipart'] = Kind('body', '$avp(s)|$rb', [PARTS, PARTS.replace('--x--\r\n', '--x--'), '\r\n' + PARTS], MULTIPART,
                          headers=[('Content-Type', 'multipart/mixed;boundary=x')])
KINDS['boundary'] = Kind('Content-Type', '$avp(s)|$cT|$rb', ['multipart/mixed;boundary=x', 'multipart/mixed; boundary="x"; a=b',
                                                         'Multipart/Mixed ;a=b;boundary=x'], [m for m in MULTIPART if 'set_' not in m])
KINDS['boundary-parts'] = Kind('Content-Type', KINDS['boundary'].told, KINDS['boundary'].values, KINDS['boundary'].asks, body=PARTS)
KINDS['message'] = Kind('message', '$rm|$ru|$fu|$tu|$ci|$cs|$ua|$rb|$ml|$mb', [''])
KINDS['contacts'] = Kind('Contact', '$ct|$du|$ru', TOLD['Contact'][1] + ['<sip:a@10.1.1.1:5070;alias=1.2.3.4~5~1>',
    '<sip:enc*a*1.2.3.4*5*udp@9.9.9.9>'], [
    'fix_nated_contact();', 'add_contact_alias();', 'set_contact_alias();', 'add_rcv_param();', 'add_rcv_param("1");',
    'add_contact_alias("1.2.3.4", "5061", "udp");', 'encode_contact("enc", "9.9.9.9");', 'decode_contact_header();',
    'contact_param_encode("x", "sip:9.9.9.9");',
    'contact_param_rm("x");', 'contact_param_decode("x");', 'nat_uac_test("1");', 'nat_uac_test("64");', 'nat_uac_test("128");',
    'nat_uac_test("32");', 'fix_contact();',
    'client_nat_test("1");', 'fix_nated_register();', 'add_sock_hdr("X-Sock");', 'msg_apply_changes();', 'sanity_check("2048");'],
    modules=['nat_traversal'], params=['"nathelper|registrar", "received_avp", "$avp(rcv)"'])
KINDS['register'] = Kind('Contact', '$ct', [v for v in TOLD['Contact'][1]] + [
    '<sip:a@b>;expires=60;q=0.7;methods="INVITE, BYE"', '<sip:a@b>, <sip:a@b>;expires=0',
    '<sip:a@b;ob>;reg-id=1;+sip.instance="<urn:uuid:1>";expires=99',
    'sip:a@b;q=1, sip:c@d;q=.5'],
    ['save("location");', 'save("location", "0x02");', 'save("location", "0x01", "sip:x$rU@y"); lookup("location", "sip:x$rU@y");',
     'if (save("location", "0x02")) { registered("location", "$tu"); }', 'save("location", "0x04");',
     'if (save("location", "0x02")) { lookup("location", "$tu"); append_hf("X-L: $ru|$du|$branch(uri)\\r\\n"); }',
     'if (save("location", "0x02")) { reg_fetch_contacts("location", "$tu", "c"); '
    'append_hf("X-L: $(ulc(c=>count))|$(ulc(c=>addr))|$(ulc(c=>expires)) $(ulc(c=>q))|$(ulc(c=>methods))\\r\\n"); }'],
    'REGISTER')
KINDS['register-expires'] = Kind('Expires', '$hdr(Expires)', TOLD['Expires'][1], KINDS['register'].asks, 'REGISTER', headers=[('Contact',
    '<sip:a@b>, <sip:c@d>;q=0.3')])
KINDS['register-path'] = Kind('Path', '$hdr(Path)', ['<sip:172.20.0.10;lr>', '<sip:p1;lr>, <sip:p2;lr;received=sip:1.2.3.4:5>',
    'sip:p1;lr', '"a" <sip:p@q>;x=y'],
                              KINDS['register'].asks, 'REGISTER', ['path'], ['"registrar", "use_path", 1', '"registrar", "path_mode", 0',
                                                                            '"path", "use_received", 1'], [('Supported', 'path'),
    ('Contact', '<sip:a@b>')])
KINDS['routes'] = Kind('Route', '$ru|$du|$route_uri|$hdr(Route)',
    TOLD['Route'][1] + ['<sip:172.20.0.10;lr;r2=on>, <sip:172.20.0.10;r2=on;lr>, <sip:172.20.0.2:5071;lr>'],
                       ['loose_route();', 'loose_route_preloaded();', 'loose_route_mode("1");',
    'if (loose_route()) { is_direction("upstream"); }',
                        'if (loose_route()) { check_route_param("x=y"); }', 'is_first_hop();', 'record_route(); loose_route();',
                        'remove_record_route();', 'add_rr_param(";a=b"); record_route();',
    'loose_route(); record_route_preset("1.2.3.4:5");', 'nat_uac_test("1");',
                        'append_hf("X-RR: $rr_count $(rr_top_count)\\r\\n");'],
                       headers=[('Record-Route', '<sip:5.6.7.8;lr;x=y>')])
KINDS['uris'] = Kind('uri', '$ru|$rU|$rd|$rp|$du', TOLD['uri'][1] + ['sip:a@172.20.0.3;alias=1.2.3.4~5~1;x=y',
    'sip:+123@172.20.0.3;gr=1'], [
    'is_uri("$ru"); uri_param("x"); append_hf("X-1: $rc\\r\\n"); uri_param("x", "y"); append_hf("X-1: $rc\\r\\n"); '
    'uri_param_any("lr"); append_hf("X-2: $rc\\r\\n"); is_user("a");'
    'append_hf("X-3: $rc\\r\\n"); is_gruu(); append_hf("X-4: $rc\\r\\n"); is_e164("$rU"); append_hf("X-5: $rc\\r\\n"); '
    'is_uri_user_e164("$ru"); append_hf("X-6: $rc\\r\\n");'
    'is_tel_number("$rU"); append_hf("X-7: $rc\\r\\n"); $var(t) = "none"; get_uri_param("x", "$var(t)"); '
    'append_hf("X-8: $rc $var(t)\\r\\n"); is_ip("$rd"); append_hf("X-9: $rc\\r\\n");'
    'cmp_uri("$ru", "$ou"); append_hf("X-10: $rc\\r\\n"); cmp_aor("$ru", "sip:a@172.20.0.3"); append_hf("X-11: $rc\\r\\n"); '
    'is_myself("$ru"); append_hf("X-12: $rc\\r\\n");'
    'append_hf("X-13: $rc\\r\\n"); tel2sip("$ru", "h", "$var(t)"); append_hf("X-14: $rc $var(t)\\r\\n"); $var(u) = $ru; '
    'set_uri_user("$var(u)", "$fU"); append_hf("X-15: $rc $var(u)\\r\\n");'
    '$var(u) = $ru; set_uri_host("$var(u)", "$fU"); append_hf("X-16: $rc $var(u)\\r\\n"); '
    'if (uri == myself) append_hf("X-17: y\\r\\n"); if (uri =~ "^sip:a") append_hf("X-18: y\\r\\n"); sanity_check("2047"); '
    'append_hf("X-19: $rc\\r\\n");'],
    modules=[])
EDITS = ['$rU = "b";', '$rd = "c";', '$rp = 5071;', '$rp = "5";', 'strip(1);', 'strip_tail(1);', 'prefix("9");', 'subst_uri("/a/bb/g");',
    'subst_user("/./x/");',
         'uri_param_rm("x");', 'add_uri_param("a=b");', 'handle_ruri_alias();', 'contact_param_decode_ruri("x");', '$rU = $null;',
    'sethostport("d:1");', 'sethostporttrans("d:1;transport=tcp");',
         'setuserpass("u:p");', 'setuser("");', 'setport("");', '$ru = $ru + ";z";', 'tel2sip("$ru", "h", "$ru");', 'decode_contact();',
    'sanity_check("1");', 'record_route();',
         'append_branch(); append_hf("X-1: $(branch(uri)[0])\\r\\n");', 'add_rcv_param();', 'options_reply();', 'userphone();',
    'rewritehostport("x");', 'revert_uri();', 'force_rport();']
KINDS['uri-edits'] = Kind('uri', '$ru|$rU|$rd|$rp|$du', KINDS['uris'].values, EDITS)
PARTIES = ['uac_replace_from("sip:n@m");', 'uac_replace_from("N", "");', 'uac_replace_to("sip:n@m");', 'uac_replace_to("N", "sip:n@m");',
    'uac_replace_from("", "sip:n@m"); record_route();', 'sanity_check("4095");',
           '$fU = "z";', '$fd = "z";', '$fn = "z";', '$tU = "z";', '$td = "z";', '$tn = "z";', '$fu = "sip:z@y";', '$tu = "sip:z@y";',
    'cmp_uri("$fu", "$tu");', 'has_totag();', 'is_uri("$fu");', 'is_uri("$tu");', 'append_rpid_hf();',
           'add_diversion("x");', 'subst("/sip:/sap:/g");', 'remove_hf("From");', 'is_method("MESSAGE");', 't_newtran();',
    'sl_send_reply("404", "n");', 'record_route();', 'is_present_hf("To");',
           'if (from_uri =~ "a") append_hf("X-1: y\\r\\n");', 'if (to_uri == myself) append_hf("X-1: y\\r\\n");']
for name in ('From', 'To'):
    KINDS[name + '-functions'] = Kind(name, '$fu|$tu|$fn|$tn|$ft|$tt', TOLD[name][1], PARTIES, modules=['uac', 'diversion'])
IDENTITY = ['P-Asserted-Identity: <sip:a@b>, <tel:+1>', 'P-Preferred-Identity: "x" <sip:a@b:5060;x=y>;z',
    'Remote-Party-ID: "A" <sip:a@b>;party=calling;privacy=off', 'Diversion: <sip:a@b>;reason=x;privacy=full;counter=2',
            'Refer-To: <sip:a@b?Replaces=1%3Bto-tag%3D2>', 'r: sip:x@y', 'Privacy: id;user', 'Event: presence;id=1', 'o: dialog',
    'Session-Expires: 90;refresher=uac', 'x: 1800', 'Min-SE: 60', 'RAck: 1 2 INVITE', 'RSeq: 1', 'Replaces: a@b;to-tag=1;from-tag=2',
            'Subscription-State: active;expires=60', 'Subject: a, b', 's: x', 'k: path, timer', 'Supported: gruu,100rel',
    'Require: 100rel', 'Proxy-Require: x', 'Allow: INVITE, ACK', 'Accept: a/b', 'Reason: SIP;cause=200;text="x"', 'Identity: "abc"',
            'Date: Sat, 13 Nov 2010 23:29:00 GMT', 'User-Agent: x (y)', 'Server: z', 'Priority: urgent', 'Accept-Contact: *;a', 'a: *',
    'b: x', 'd: x', 'j: x', 'Expires: 5', 'Proxy-Authorization: Digest realm="a"', 'Path: <sip:p>', 'Security-Client: x',
            'P-Access-Network-Info: x', 'Geolocation: x', 'History-Info: <sip:a>;index=1', 'SIP-If-Match: a', 'Organization: x',
    'Warning: 399 x "y"', 'MIME-Version: 1.0', 'Timestamp: 5', 'Retry-After: 5 (x)', 'Error-Info: <a>', 'Unsupported: x']
KINDS['lines'] = Kind('line', '$ua|$hdr(Subject)|$ai|$pu|$pU|$pd|$pn|$re|$di|$dir|$dip|$dic|$rt|$rr_count', IDENTITY, [
    '', 'is_privacy("id"); append_hf("X-1: $rc\\r\\n"); is_privacy("user");',
    'is_supported("path"); append_hf("X-1: $rc\\r\\n"); is_supported("timer");', 'sanity_check("4079"); append_hf("X-1: $rc\\r\\n");',
    'is_present_hf("Event");',
    'is_present_hf_re("^.e");', 'remove_hf("Subject");', 'remove_hf_re("^[A-Z]-");', 'remove_hf_exp("^(Via|From|To|C|M|X-N)", "");',
    'keep_hf("^Sub");', 'append_hf("X-1: $hdr(Event)|$hdr(r)|$hdr(Session-Expires)|$hdr(k)\\r\\n");',
    'append_hf("X-1: $hdrc(Event)|$hfl(Diversion)|$hflc(Supported)|$(hfl(P-Asserted-Identity)[1])\\r\\n");',
    'hf_iterator_start("i"); while (hf_iterator_next("i")) { append_hf("X-1: $hfitname(i)=$hfitbody(i)\\r\\n"); } hf_iterator_end("i");',
    'append_hf("X-1: $sel(event)|$sel(refer_to.uri)|$sel(rpid.uri)|$sel(msg.header.Subject)\\r\\n");',
    'exclude_hf_value("Supported", "100rel");', 'include_hf_value("Require", "x");', 'hf_value_exists("Allow", "ACK");',
    'search_hf("Subject", "a", "f");',
    'subst_hf("Subject", "/a/b/g", "a");', 'msg_apply_changes();', 'append_hf("X-2: a\\r\\n", "Subject");',
    'insert_hf("X-2: a\\r\\n", "Supported");', 'replace_hdrs("a", "bb");', 'remove_hf_idx("Subject", "0");',
    'remove_hf_match("Subject", "in", "a");',
    'msg_apply_changes(); remove_hf("Supported"); append_hf("X-1: $hdrc(Supported)\\r\\n");', 'sl_send_reply("200", "OK"); exit;',
    'add_diversion("x");', 'is_rpid_user_e164();', 'options_reply();'], modules=['diversion'])
KINDS['lists'] = Kind('X-V', '$hdr(X-V)', ['a, b;x=y, "c,d";q=1', '100rel,timer', 'a', '[1], <b;c>, d', 'a=1;b=2', 'INVITE, ACK , BYE,',
    'x;y="a;b";z'], [
    'exclude_hf_value("X-V", "timer");', 'include_hf_value("X-V", "timer");', 'hf_value_exists("X-V", "a");',
    'remove_hf_value("X-V[1]");', 'remove_hf_value("X-V[-1]");', 'remove_hf_value("X-V[*]");', 'remove_hf_value("X-V[1].x");',
    'insert_hf_value("X-V[1]", "n");',
    'append_hf_value("X-V[0]", "n");', 'assign_hf_value("X-V[1]", "n");', 'assign_hf_value("X-V[1].x", "n");',
    'assign_hf_value("X-V[0].z", "n");', 'insert_hf_value("X-V", "n");', 'remove_hf_value2("X-V.b");', 'assign_hf_value2("X-V.b", "n");',
    'in_list("a", "$hdr(X-V)", ",");', 'in_list_prefix("ab", "$hdr(X-V)", ",");',
    'xavp_params_explode("$hdr(X-V)", "p"); append_hf("X-1: $xavp(p=>a)|$xavp(p=>x)|$xavp(p=>b)|$xavp(p=>z)\\r\\n");',
    'xavp_slist_explode("$hdr(X-V)", ",", "t", "p"); append_hf("X-1: $xavp(p[0]=>v)|$xavp(p[1]=>v)\\r\\n");',
    'append_hf("X-1: $hdrc(X-V)|$hfl(X-V)|$hflc(X-V)|$(hfl(X-V)[1])|$(hfl(X-V)[-1])\\r\\n");',
    'append_hf("X-1: $sel(msg.header.X-V)\\r\\n");',
    'xavu_params_explode("$hdr(X-V)", "p"); append_hf("X-1: $xavu(p=>a)|$xavu(p=>x)\\r\\n");',
    'xavp_params_explode("$hdr(X-V)", "p"); xavp_params_implode("p", "$var(o)"); append_hf("X-1: $var(o)\\r\\n");',
    'append_hf("X-1: $(hdr(X-V){param.count})|$(hdr(X-V){param.name,1})|$(hdr(X-V){param.value,x})|$(hdr(X-V){s.select,1,,})\\r\\n");'])
KINDS['patterns'] = Kind('X-V', '$hdr(X-V)', ['a.c', '^(a|b)+$', '[a-z]*', '[^a]{2,3}', 'a?b*c+', '\\.', '(a)(b)(c)', 'x|y|',
    '[[:digit:]]', 'a{2}', '.*', '(ab)*\\1', '[]a]', 'a*b?'], [
    'search_str("abc", "$hdr(X-V)");', 'search_str("aab12x.", "$hdr(X-V)");',
    'regex_substring("aabbcc", "$hdr(X-V)", "0", "1", "$avp(s)"); append_hf("X-1: $avp(s)\\r\\n");', 'fnmatch("abc", "$hdr(X-V)");',
    'fnmatch("aBc", "$hdr(X-V)", "i");', 'is_present_hf_re_pv("$hdr(X-V)");', 'remove_hf_re_pv("$hdr(X-V)");',
    'if ("abc" =~ $hdr(X-V)) append_hf("X-1: y\\r\\n");', '$var(p) = $hdr(X-V); if ("aab" =~ $var(p)) append_hf("X-1: y\\r\\n");',
    'str_find("abcabc", "$hdr(X-V)");', 'str_ifind("ABCABC", "$hdr(X-V)");', 'starts_with("abc", "$hdr(X-V)");',
    'ends_with("abc", "$hdr(X-V)");',
    'remove_hf_exp_pv("$hdr(X-V)", "^(Via|From|To|C|Max)");'])
KINDS['texts'] = Kind('X-V', '$hdr(X-V)', ['1.2.3.4', '10.0.0.0/8', '[::1]', '::1', 'fe80::1:2', '::ffff:1.2.3.4', '{"a":1,"b":[1,2]}',
    '2001:db8::/32', '256.1.1.1', '127.0.0.1', 'h{9-17} wd{mo-fr}', '+12345', 'ab12'], [
    'is_ip("$hdr(X-V)"); append_hf("X-1: $rc\\r\\n"); is_pure_ip("$hdr(X-V)"); append_hf("X-2: $rc\\r\\n"); is_ipv4("$hdr(X-V)"); '
    'append_hf("X-3: $rc\\r\\n"); is_ipv6("$hdr(X-V)"); append_hf("X-4: $rc\\r\\n"); is_ipv6_reference("$hdr(X-V)"); '
    'append_hf("X-5: $rc\\r\\n");'
    'ip_type("$hdr(X-V)"); append_hf("X-6: $rc\\r\\n"); is_ip_rfc1918("$hdr(X-V)"); append_hf("X-7: $rc\\r\\n"); '
    'detailed_ip_type("$hdr(X-V)", "$var(t)"); append_hf("X-8: $rc $var(t)\\r\\n"); is_in_subnet("1.2.3.4", "$hdr(X-V)"); '
    'append_hf("X-9: $rc\\r\\n");'
    'is_in_subnet("$hdr(X-V)", "0.0.0.0/1"); append_hf("X-10: $rc\\r\\n"); compare_ips("$hdr(X-V)", "1.2.3.4"); '
    'append_hf("X-11: $rc\\r\\n"); compare_pure_ips("$hdr(X-V)", "::1"); append_hf("X-12: $rc\\r\\n"); '
    'compare_ips("$hdr(X-V)", "[::1]"); append_hf("X-13: $rc\\r\\n");',
    'is_numeric("$hdr(X-V)"); append_hf("X-1: $rc\\r\\n"); is_alphanum("$hdr(X-V)"); append_hf("X-2: $rc\\r\\n"); '
    'is_alphanumex("$hdr(X-V)", ".:"); append_hf("X-3: $rc\\r\\n"); is_e164("$hdr(X-V)"); append_hf("X-4: $rc\\r\\n"); '
    'is_tel_number("$hdr(X-V)"); append_hf("X-5: $rc\\r\\n");'
    'is_int("$hdr(X-V)"); append_hf("X-6: $rc\\r\\n"); is_uri("$hdr(X-V)"); append_hf("X-7: $rc\\r\\n"); '
    'append_hf("X-8: $(hdr(X-V){s.int}) $(hdr(X-V){s.numeric})\\r\\n"); $var(i) = (int)$hdr(X-V); append_hf("X-9: $var(i)\\r\\n"); '
    'cmp_str("$hdr(X-V)", "1"); append_hf("X-10: $rc\\r\\n");'
    'typeof("$hdr(X-V)", "str"); append_hf("X-11: $rc\\r\\n"); if ($hdr(X-V) == 1) append_hf("X-12: y\\r\\n"); '
    'if ($hdr(X-V) > 5) append_hf("X-13: y\\r\\n"); $var(i) = $hdr(X-V) + 1; append_hf("X-14: $var(i)\\r\\n"); '
    '$var(i) = 1 + $hdr(X-V); append_hf("X-15: $var(i)\\r\\n"); if ($hdr(X-V)) append_hf("X-16: y\\r\\n");',
    'jansson_get("a", "$hdr(X-V)", "$var(j)"); append_hf("X-1: $rc $var(j)\\r\\n"); jansson_get("b[1]", "$hdr(X-V)", "$var(j)"); '
    'append_hf("X-2: $rc $var(j)\\r\\n"); jansson_array_size("b", "$hdr(X-V)", "$var(j)"); append_hf("X-3: $rc $var(j)\\r\\n");'],
    modules=['jansson'])
KINDS['credentials'] = Kind('Authorization', '$au|$ad|$aU|$ar|$adu|$aa|$adn|$adr|$adc|$ado|$aa|$Au|$AU', TOLD['Authorization'][1] + [
    'Digest username="a",realm="b",nonce="c",uri="sip:d",response="00112233445566778899aabbccddeeff",qop=auth,nc=00000001,cnonce="x",opaque="o"'],
    ['pv_www_authenticate("b", "p", "0"); append_hf("X-1: $rc\\r\\n");', 'has_credentials("b");', 'consume_credentials();',
    'pv_auth_check("b", "p", "0", "0");', 'www_challenge("b", "0");', 'sanity_check("512");',
     'sanity_check("512"); append_hf("X-1: $rc\\r\\n");'], params=['"auth", "secret", "s"'])
KINDS['session'] = Kind('Session-Expires', '$hdr(Session-Expires)', ['90', '1800;refresher=uac', ' 90 ; refresher=uas',
    '60;x=y;refresher=uac', '0'], ['sstCheckMin("0");', 'sstCheckMin("1");'], 'INVITE', ['dialog', 'sst'],
                        ['"sst", "sst_flag", 6'], [('Min-SE', '80'), ('Supported', 'timer')])
KINDS['min-se'] = Kind('Min-SE', '$hdr(Min-SE)', ['90', ' 1800', '60;x=y', '0', '4294967296'], ['sstCheckMin("0");', 'sstCheckMin("1");'],
    'INVITE', ['dialog', 'sst'], ['"sst", "sst_flag", 6'], [('Session-Expires', '80'), ('Supported', 'timer')])
for name in ('Via', 'Contact', 'Record-Route', 'Route', 'Call-ID', 'To'):
    KINDS['topoh-' + name] = Kind(name, '$ci|$ct|$hdr(Via)', TOLD[name][1], ['', 'record_route();'], 'INVITE', ['topoh'],
    ['"topoh", "mask_callid", 1', '"topoh", "mask_key", "k"'], [] if name == 'Contact' else [('Contact', '<sip:c@d>')])
