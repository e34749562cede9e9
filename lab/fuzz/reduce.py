# SPDX-License-Identifier: MIT
"""Takes features back from a faulty folder, as many as can go while the fault stays."""
import concurrent.futures
import os
import shutil

import verdict
from draw import key_of

ROUNDS = 12


def still_wrong(campaign, seed, without, work):
    """Records the seed's folder without these features: does siptwin still differ, and not by chance?"""
    folder = work + '/folder'
    shutil.rmtree(work, ignore_errors=True)
    campaign.kind(seed, without).write(folder)
    timing = campaign.bench.quiet_s(folder)
    if isinstance(timing, str) or timing[1] > verdict.LONGEST_S:
        return False
    if verdict.record(folder, work + '/real', timing[0]):
        return False
    return verdict.judge(campaign.bench, [work + '/real'])[0] == 'different'


def reduce(campaign, seed):
    """The features that are left; the smallest folder and its recording become SEED/reduced."""
    place = campaign.place(seed)
    without, size = [], None
    for _ in range(ROUNDS):
        left = [key_of(feature) for feature in campaign.kind(seed, without).features
                if not feature.startswith(('topology-', 'flow-'))]
        size = min(size or max(1, (len(left) + 1) // 2), len(left))
        if not left:
            break
        parts = [left[at:at + size] for at in range(0, len(left), size)]
        works = ['%s/try%d' % (place, number) for number in range(len(parts))]
        with concurrent.futures.ThreadPoolExecutor(campaign.options.j) as pool:
            wrong = list(pool.map(lambda pair: still_wrong(campaign, seed, without + pair[0], pair[1]), zip(parts, works)))
        gone = next((number for number, result in enumerate(wrong) if result), None)
        if gone is not None:
            without = without + parts[gone]
            shutil.rmtree(place + '/reduced', ignore_errors=True)
            shutil.move(works[gone] + '/real', place + '/reduced')
            # what can go alone can mostly go together: try all of them at once in the next round
            others = [feature for number, part in enumerate(parts) if wrong[number] and number != gone for feature in part]
            if others and still_wrong(campaign, seed, without + others, works[0]):
                without = without + others
                shutil.rmtree(place + '/reduced')
                shutil.move(works[0] + '/real', place + '/reduced')
        elif size == 1:
            break
        else:
            size = (size + 1) // 2
        for work in works:
            shutil.rmtree(work, ignore_errors=True)
    for name in os.listdir(place):
        if name.startswith('try'):
            shutil.rmtree(os.path.join(place, name))
    return campaign.kind(seed, without).features
