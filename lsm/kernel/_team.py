"""Threads that run one sample together, in the compiled loop.

Each thread updates a block of neurons. After a step it publishes the neurons of its block that
spiked, and waits until all other blocks have: this is all that threads say to each other. Lists are
read in the order of the blocks, which is that of the neurons. So each current is the same sum, in
the same order, for any number of blocks.
"""

import numpy as np

from ._cpu import acquire, give_way, pause, release

__all__ = ["PARTS", "exchange"]

PATIENCE = 4000  # pauses, some tenths of a millisecond, before another thread may have the core


def wait(team, block, step):
    """Wait until a block has published a step."""
    n_pauses = 0
    while acquire(team.progress, (block, 0)) < step and acquire(team.is_off, (0,)) == 0:
        n_pauses += 1
        if n_pauses < PATIENCE:
            pause()
        else:
            give_way()


def exchange(step, fired, n_fired, team):
    """List the neurons of all blocks that spiked in a step; return their number.

    A block may be a step ahead of another one, but not two: lists of the last step are read while
    those of this one are written.
    """
    turn, first, progress = step & 1, team.first, team.progress
    mine, own_first = team.published[turn, first[team.me] :], np.uint32(first[team.me])
    for i in range(n_fired):
        mine[i] = own_first + fired[i]
    progress[team.me, 1 + turn] = n_fired
    release(progress, (team.me, 0), step)
    count = 0
    for block in range(len(first)):
        wait(team, block, step)
        theirs = team.published[turn, first[block] :]
        for i in range(progress[block, 1 + turn]):
            team.senders[count] = theirs[i]
            count += 1
    return count


PARTS = wait, exchange
