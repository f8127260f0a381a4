package com.alphaheng.worker.job.seal;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The modules that every Python brings. A new file of such a name is loaded instead of them by what stands beside it,
/// and by what is started from the root: a test would no longer use the library that it was written for.
final class PythonLibrary {
    private static final Pattern MODULE = Pattern.compile("((?:.*/)?)([\\w]+)(?:\\.pyw?|/__init__\\.py)");
    private static final Set<String> NAMES = Set.of("""
            abc argparse array ast asyncio atexit base64 bdb binascii bisect builtins bz2 cProfile calendar
            cmath cmd code codecs codeop collections colorsys compileall concurrent configparser contextlib
            contextvars copy copyreg csv ctypes curses dataclasses datetime dbm decimal difflib dis doctest
            email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions ftplib
            functools gc getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http imaplib
            importlib inspect io ipaddress itertools json keyword linecache locale logging lzma mailbox marshal
            math mimetypes mmap modulefinder multiprocessing netrc numbers operator optparse os pathlib pdb
            pickle pickletools pkgutil platform plistlib poplib posixpath pprint profile pstats pty pwd
            py_compile pyclbr pydoc pyexpat queue quopri random re readline reprlib resource rlcompleter runpy
            sched secrets select selectors shelve shlex shutil signal site smtplib socket socketserver sqlite3
            sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct subprocess symtable
            sys sysconfig syslog tabnanny tarfile tempfile termios textwrap threading time timeit token tokenize
            tomllib trace traceback tracemalloc tty types typing unicodedata unittest urllib uuid venv warnings
            wave weakref webbrowser wsgiref xml xmlrpc zipapp zipfile zipimport zlib zoneinfo
            """.split("\\s+"));

    private PythonLibrary() {
    }

    /// @param guarded what the change may not touch, programs of Python among it
    static boolean isHiddenBy(ChangedFile file, List<String> guarded) {
        Matcher module = MODULE.matcher(file.path());
        if (!file.oldMode().equals("000000") || !module.matches() || !NAMES.contains(module.group(2))) {
            return false;
        }
        String folder = module.group(1);
        return folder.isEmpty() || guarded.stream().anyMatch(glob -> glob.startsWith(folder)
                && glob.indexOf('/', folder.length()) < 0);
    }
}
