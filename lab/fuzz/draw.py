# SPDX-License-Identifier: MIT
"""Decisions of a seed. Every decision has a name and draws from a stream of its own, so that one can be taken back (`without`)
and all others stay what they were: that is how a folder is reduced."""
import hashlib
import random


class Draw:
    """What a seed decides. `features` lists the decisions that went the odd way, in the order in which they were asked for:
    NAME, NAME#AT where a name is asked for more than once, and NAME:N for the Nth of several odd forms."""

    def __init__(self, seed, without=()):
        self.seed, self.without = seed, set(without)
        self.features = []

    def stream(self, name):
        """Random numbers that only this seed and name decide."""
        digest = hashlib.sha256(('%s/%s' % (self.seed, name)).encode()).digest()
        return random.Random(int.from_bytes(digest, 'big'))

    def on(self, name, percent, at=None):
        """Whether the folder has this feature."""
        key = name if at is None else '%s#%s' % (name, at)
        if key in self.without or self.stream(key).random() * 100 >= percent:
            return False
        self.features.append(key)
        return True

    def pick(self, name, plain, odd, percent, at=None):
        """The plain form, or in so many percent of the folders one of the odd ones."""
        if not self.on(name, percent, at):
            return plain
        number = self.stream('%s#%s/form' % (name, at)).randrange(len(odd))
        self.features[-1] += ':%d' % number
        return odd[number]

    def choose(self, name, values):
        """One of several that are all plain: no feature."""
        return self.stream(name).choice(values)

    def some(self, name, values, most):
        """Up to `most` of the values, at least one."""
        stream = self.stream(name)
        return stream.sample(values, min(len(values), stream.randint(1, most)))


def name_of(feature):
    """The name in a feature, without place and form."""
    return feature.split('#')[0].split(':')[0]


def key_of(feature):
    """What `without` must hold to take the feature back."""
    head, colon, form = feature.rpartition(':')
    return head if colon and form.isdigit() else feature
