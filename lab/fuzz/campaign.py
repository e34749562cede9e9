# SPDX-License-Identifier: MIT
"""./dev fuzz-lab FROM TO [OPTIONS]: draws lab folders, records them with the real programs, and judges siptwin by them

FROM and TO are seeds, both included; a seed always gives the same folder. Each is recorded, simulated and compared; what
differs is recorded twice again, alone, and sorted into rule faults and what chance decides; a fault is reduced to the smallest
folder that shows it. At the end a table says which features were in folders of which verdict.

  --forms        draw tables of odd header forms instead: some twenty in one recording
  -o DIR         where everything goes (default: build-lab/drawn or build-lab/forms): SEED/folder, SEED/real1 ..., results.jsonl.
                 Seeds that it holds already are not recorded again, but judged anew
  -j N           so many recordings at once (default 6: they mostly wait)
  --again N      so many at once when a difference is recorded again (default 1)
  --no-reduce    leave faults as they are
  --with NAME    only the seeds that draw this feature: proxy/modules, say
  --write        only write the folders of the seeds
  --siptwin FILE default: build/siptwin
"""
import argparse
import collections
import concurrent.futures
import json
import os
import shutil
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import reduce                                            # noqa: E402
import verdict                                           # noqa: E402
from draw import name_of                                 # noqa: E402
from folder import Folder                                # noqa: E402
from forms import Forms                                  # noqa: E402

VERDICTS = ('identical', 'chance', 'fault', 'not loaded', 'accepted', 'refused', 'too long', 'failed')


class Campaign:
    def __init__(self, options):
        self.options = options
        self.bench = verdict.Bench(options.siptwin)
        self.kind = Forms if options.forms else Folder

    def place(self, seed):
        return os.path.join(self.options.o, str(seed))

    def recordings(self, seed):
        return [path for path in ('%s/real%d' % (self.place(seed), n) for n in (1, 2, 3))
                if os.path.exists(path + '/scenario.yaml')]

    def record(self, seed, number):
        """Recording `number` of the folder: None, or a verdict that ends the matter."""
        folder, out = self.place(seed) + '/folder', '%s/real%d' % (self.place(seed), number)
        timing = self.bench.quiet_s(folder)
        refusal = timing if isinstance(timing, str) else None
        quiet_s, total_s = (4.0, 0.0) if refusal else timing
        if total_s > verdict.LONGEST_S:
            return 'too long', '%.0f s' % total_s
        shutil.rmtree(out, ignore_errors=True)
        for _ in range(2):                              # a busy machine may have been the cause
            failure = verdict.record(folder, out, quiet_s)
            if not failure or refusal:
                break
        silent = not failure and not verdict.datagrams_of(out)      # a caller that refuses its XML ends at once
        if refusal:
            shutil.rmtree(out, ignore_errors=True)
            said = [line for line in refusal.splitlines() if 'error' in line] or [refusal]
            return ('refused' if failure or silent else 'not loaded'), said[0]
        if silent and total_s:
            return 'accepted', 'the caller sends nothing'
        if failure:
            ended = 'ended with status' in failure
            return ('accepted' if ended else 'failed'), failure.splitlines()[-1]
        return None

    def first(self, seed):
        """Draws the folder, records it once unless that was done, and judges."""
        drawn = self.kind(seed)
        drawn.write(self.place(seed) + '/folder')
        ended = None if self.recordings(seed) else self.record(seed, 1)
        return ended or verdict.judge(self.bench, self.recordings(seed))

    def again(self, seed):
        """Two more recordings of a folder that differs."""
        for number in (2, 3):
            if len(self.recordings(seed)) < number:
                ended = self.record(seed, number)
                if ended:
                    return ended
            result = verdict.judge(self.bench, self.recordings(seed))
            if result[0] in ('identical', 'chance'):
                break
        return result

    def seeds(self):
        wanted = getattr(self.options, 'with')
        return [seed for seed in range(self.options.first, self.options.last + 1)
                if not wanted or wanted in map(name_of, self.kind(seed).features)]

    def run(self):
        seeds = self.seeds()
        results = dict(self.parallel(self.first, seeds, self.options.j))
        differing = [seed for seed in seeds if results[seed][0] == 'different']
        results.update(self.parallel(self.again, differing, self.options.again))
        faults = [seed for seed in seeds if results[seed][0] == 'fault']
        reduced = {}
        if not self.options.no_reduce:
            for seed in faults:
                reduced[seed] = reduce.reduce(self, seed)
                print('%s: reduced to %s' % (seed, ' '.join(reduced[seed]) or 'nothing'), flush=True)
        self.save(results, reduced)
        self.report(results)

    def parallel(self, work, seeds, jobs):
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            waiting = {pool.submit(work, seed): seed for seed in seeds}
            for done in concurrent.futures.as_completed(waiting):
                seed, result = waiting[done], done.result()
                if result[0] != 'identical':
                    print('%s: %s: %s' % (seed, *result), flush=True)
                yield seed, result

    def save(self, results, reduced):
        """results.jsonl keeps the last verdict of every seed."""
        path = os.path.join(self.options.o, 'results.jsonl')
        known = {}
        if os.path.exists(path):
            with open(path, encoding='utf-8') as file:
                known = {entry['seed']: entry for entry in map(json.loads, file)}
        for seed, (name, why) in results.items():
            entry = {'seed': seed, 'verdict': name, 'why': why, 'features': self.kind(seed).features}
            if seed in reduced:
                entry['reduced'] = reduced[seed]
            known[seed] = entry
        with open(path, 'w', encoding='utf-8') as file:
            for seed in sorted(known):
                file.write(json.dumps(known[seed]) + '\n')

    def report(self, results):
        """The table of features and the counts."""
        total, table = collections.Counter(), collections.defaultdict(collections.Counter)
        for seed, (name, _) in results.items():
            total[name] += 1
            for feature in {name_of(feature) for feature in self.kind(seed).features}:
                table[feature][name] += 1
        columns = [name for name in VERDICTS if total[name]]
        print('%-32s' % 'feature' + ''.join('%12s' % name for name in columns))
        for feature in sorted(table):
            print('%-32s' % feature + ''.join('%12s' % (table[feature][name] or '') for name in columns))
        print('%d drawn: %s' % (len(results), ', '.join('%d %s' % (total[name], name) for name in columns)))
        decided = total['identical'] + total['fault']
        if decided:
            print('of %d that chance does not decide %d are identical (%.1f %%)' % (decided, total['identical'],
                                                                               100 * total['identical'] / decided))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     usage=argparse.SUPPRESS)
    parser.add_argument('first', type=int, metavar='FROM', help=argparse.SUPPRESS)
    parser.add_argument('last', type=int, metavar='TO', help=argparse.SUPPRESS)
    for name in ('--forms', '--no-reduce', '--write'):
        parser.add_argument(name, action='store_true', help=argparse.SUPPRESS)
    parser.add_argument('--with', help=argparse.SUPPRESS)
    parser.add_argument('-o', help=argparse.SUPPRESS)
    parser.add_argument('-j', type=int, default=6, help=argparse.SUPPRESS)
    parser.add_argument('--again', type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument('--siptwin', default=verdict.ROOT + '/build/siptwin', help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.o = os.path.abspath(options.o or verdict.ROOT + '/build-lab/' + ('forms' if options.forms else 'drawn'))
    campaign = Campaign(options)
    if options.write:
        for seed in campaign.seeds():
            campaign.kind(seed).write(campaign.place(seed) + '/folder')
            print(campaign.place(seed) + '/folder')
        return 0
    os.makedirs(options.o, exist_ok=True)
    campaign.run()
    return 0


if __name__ == '__main__':
    sys.exit(main())
