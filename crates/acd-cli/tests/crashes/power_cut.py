"""Takes the power from a disk: python power_cut.py DISK PLATTERS (see VolatileDisk in disks.rs).

Writes `flushed`, `written` and `cached` on the disk, which say "old" and have been flushed; waits for a line; has them say
"new", of which the first is flushed, the second only written, the third written past the page cache; and shuts the file
system of the platters down, without a flush.
"""

import fcntl
import mmap
import os
import struct
import sys

FS_IOC_SHUTDOWN = 0x8004587D
WITHOUT_A_FLUSH = 2


def block(word):
    """Direct writes want whole blocks in memory of their own."""
    memory = mmap.mmap(-1, 4096)
    memory.write(word)
    return memory


disk, platters = sys.argv[1:]
files = {}
for name in ["flushed", "written", "cached"]:
    direct = os.O_DIRECT if name == "cached" else 0
    files[name] = os.open(os.path.join(disk, name), os.O_CREAT | os.O_WRONLY | direct, 0o600)
    os.pwrite(files[name], block(b"old"), 0)
    os.fsync(files[name])
folder = os.open(disk, os.O_RDONLY)
os.fsync(folder)
below = os.open(platters, os.O_RDONLY)
print("prepared", flush=True)

sys.stdin.readline()
os.pwrite(files["flushed"], block(b"new"), 0)
os.fsync(files["flushed"])
os.pwrite(files["written"], block(b"new"), 0)
os.pwrite(files["cached"], block(b"new"), 0)
fcntl.ioctl(below, FS_IOC_SHUTDOWN, struct.pack("I", WITHOUT_A_FLUSH))
print("cut", flush=True)
