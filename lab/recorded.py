# SPDX-License-Identifier: MIT
"""The files of a what-if, as the real programs can run them.

siptwin lets a callee think (ring_after, answer_after) and overrides module parameters without touching the files. For a
recording the same is written into copies of them: a real <pause>, a real modparam line.
"""
import re
import xml.parsers.expat

from scenario import ScenarioError


class SendFinder:
    """The <send> elements behind a <recv request="INVITE">: which INVITE that was, byte offset and message of each."""

    def __init__(self, text, path):
        self.sends, self.invites, self.offset, self.message = [], 0, None, []
        self.parser = xml.parsers.expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.message.append
        try:
            self.parser.Parse(text, True)
        except xml.parsers.expat.ExpatError as error:
            raise ScenarioError('%s: cannot put a pause into it: %s' % (path, error))

    def start(self, name, attributes):
        if name == 'recv' and 'INVITE' in attributes.get('request', ''):
            self.invites += 1
        if name == 'send' and self.invites:
            self.offset = self.parser.CurrentByteIndex
        if name == 'send':
            self.message.clear()

    def end(self, name):
        if name == 'send' and self.invites:
            self.sends.append((self.invites, self.offset, ''.join(self.message).strip()))


def xml_with_pauses(path, ring_ms, answer_ms):
    """The XML with a pause before the first response to each INVITE, and one before its first final response."""
    with open(path, 'rb') as file:
        text = file.read()
    responses = [send for send in SendFinder(text, path).sends if send[2].startswith('SIP/2.0 ')]
    finals = [send for send in responses if int(send[2][8:11]) >= 200]
    pauses = []
    for ms, sends in ((ring_ms, responses), (answer_ms, finals)):
        first = {}
        for invite, at, _ in sends:
            first.setdefault(invite, at)
        if ms and not first:
            raise ScenarioError('%s: has no response to an INVITE before which a pause could stand' % path)
        pauses += [(at, ms) for at in first.values() if ms]
    pauses.sort(key=lambda pause: pause[0])
    behind = text[pauses[0][0]:]
    if re.search(rb'\[(branch|msg_index)\b', behind):
        raise ScenarioError('%s: [branch] and [msg_index] count the steps, so a pause before them would change them; '
                            'this cannot be recorded' % path)
    for at, ms in reversed(pauses):
        indent = text[text.rfind(b'\n', 0, at) + 1:at]
        text = text[:at] + b'<pause milliseconds="%d"/>\n\n' % ms + indent + text[at:]
    return text


def cfg_with_modparams(path, modparams):
    """The configuration with these module parameters instead of, or besides, its own."""
    with open(path) as file:
        text = file.read()
    added = []
    for module, parameters in modparams.items():
        for name, value in parameters.items():
            shown = value if re.fullmatch(r'-?\d+', value) else '"%s"' % value
            own = re.compile(r'^[ \t]*modparam\([ \t]*"%s"[ \t]*,[ \t]*"%s".*$' % (re.escape(module), re.escape(name)), re.M)
            line = 'modparam("%s", "%s", %s)' % (module, name, shown)
            text, found = own.subn(lambda _: line, text)
            if not found:
                added.append(line)
    if added:
        routes = re.search(r'^[ \t]*(request_route|route|reply_route|onreply_route|failure_route|branch_route|event_route)\b',
                           text, re.M)
        at = routes.start() if routes else len(text)
        text = text[:at] + '\n'.join(added) + '\n\n' + text[at:]
    return text
