# Process 1 of a confined command on Linux, in namespaces of its own (mounts, process numbers, for sealed ones the network
# as well): makes every mount read-only, puts what the command may write and what it must not see on top, gives up every
# privilege for the command, and, when that has ended, says what it left behind.
#
# Perl, because it is on nearly every Linux with git, starts in 3 ms, and can do in one process with one system call each
# what takes mount(8) a process each: a sealed command starts often.
#
# Arguments, each NAME=VALUE:
#   own=FOLDER       replaced by an empty read-only folder; what is named below it appears in it again
#   temporary=PATH   where /tmp and /var/tmp really are
#   write=PATH       may be written, and stays written
#   read=PATH        may be read although it is below `own`, but not written
#   discard=FOLDER   may be written, but what is written goes to memory and is forgotten; read-only where that cannot be
#   hide=PATH        looks empty
#   folder=FOLDER    the command's working folder
#   blocks=N         largest file it may write, KiB
#   network=own      brings up the loopback of the network namespace
#   script=TEXT      for bash
# Folders that do not exist are passed over. Descriptors 8 and 9 take the times of the command, as bash's `times` prints
# them, and descriptions of the processes it left.
use strict;
use warnings;

my %NUMBERS = (x86_64 => [165, 157, 272], aarch64 => [40, 167, 97]);
my ($MOUNT, $PRCTL, $UNSHARE) = @{$NUMBERS{uname()} // fail('no system call numbers for this processor')};
my ($MOUNT_SETATTR, $HERE) = (442, -100);
my ($BIND_ALL, $NO_SETUID, $NO_DEVICES) = (4096 | 16384, 2, 4);
my ($READ_ONLY, $RECURSIVE, $PATH_ONLY) = (1, 0x8000, 0x200000);
my ($DROP_BOUND, $NO_NEW_PRIVILEGES, $NEW_USER) = (24, 38, 0x10000000);
my $DISCARDED_SIZE = '1g';

open my $times, '>&=', 8 or fail('descriptor 8');
open my $left, '>&=', 9 or fail('descriptor 9');
my %given = (write => [], read => [], discard => [], hide => []);
for (@ARGV) {
    my ($name, $value) = /^([a-z]+)=(.*)$/s or fail("argument $_");
    ref $given{$name} ? push @{$given{$name}}, $value : ($given{$name} = $value);
}

# --- Handles on what will be covered -------------------------------------------------------------------------------------

my %handles;
sub handle {
    my $path = shift;
    return $handles{$path} if $handles{$path};
    sysopen my $open, $path, $PATH_ONLY or return;
    return $handles{$path} = $open;
}

my @placed; # [path, where from, writable]
sub place {
    my ($path, $from, $writable) = @_;
    push @placed, [$path, $from, $writable] if $from;
}

sub descriptor { return '/proc/self/fd/' . fileno(shift) }

my $own = $given{own};
place($_, handle($_), 1) for @{$given{write}};
place($_, handle($_), 0) for @{$given{read}};
handle($_) for @{$given{discard}}, $given{temporary};
for my $cover (@{$given{discard}}) {
    for my $mount (grep { index("$_/", "$cover/") == 0 && $_ ne $cover } mount_points()) {
        place($mount, handle($mount), 0) unless index("$mount/", "$own/") == 0;
    }
}

# --- Read-only, all of it ------------------------------------------------------------------------------------------------

my $outer = outer_user();
attributes('/', $RECURSIVE, $READ_ONLY, 0);
# The kernel's own switches go by the user's number, not by the privileges that are given up below.
if ($outer != 0) {
    attributes('/proc', 0, 0, $READ_ONLY);
} else {
    place($_, handle($_), 0) for grep { -e } map { "/proc/$_" } qw(sys sysrq-trigger irq bus fs);
    attributes('/proc', 0, 0, $READ_ONLY);
}

# --- What goes on top, outer folders first -------------------------------------------------------------------------------

mount_at('heng', $own, 'tmpfs', $NO_SETUID | $NO_DEVICES, "mode=755,size=$DISCARDED_SIZE");
my $memory = handle_anew($own);
my $root = descriptor($memory);
mkdir "$root/.empty" or fail('.empty');
open my $nothing, '>', "$root/.nothing" or fail('.nothing');
close $nothing;
my ($empty_folder, $empty_file) = (handle_anew("$root/.empty"), handle_anew("$root/.nothing"));
place($own, $memory, 1);
place($_, handle($given{temporary}), 1) for grep { -d } '/tmp', '/var/tmp';
place($_, -d $_ ? $empty_folder : $empty_file, 0) for grep { -e } @{$given{hide}};
if ($outer == 0) {
    place_devices();
} elsif (-d '/dev/shm') {
    mkdir "$root/.shm" or fail('.shm');
    place('/dev/shm', handle_anew("$root/.shm"), 1);
}
my %discarded = map { $_ => 1 } grep { handle($_) } @{$given{discard}};
place($_, handle($_), 0) for keys %discarded;
my $layers = 0;
for my $entry (sort { length $a->[0] <=> length $b->[0] } @placed) {
    my ($path, $from, $writable) = @$entry;
    make($path, $from);
    next if $discarded{$path} && overlay($path, $from);
    mount_at(descriptor($from), $path, '', $BIND_ALL, '');
    attributes($path, 0, $writable ? (0, $READ_ONLY) : ($READ_ONLY, 0));
}
attributes($own, 0, $READ_ONLY, 0);
# A handle would lead out by its `..`.
%handles = @placed = ();
undef $_ for $memory, $empty_folder, $empty_file;
chdir $given{folder} or fail("folder $given{folder}");
loopback() if ($given{network} // '') eq 'own';

# --- The command ---------------------------------------------------------------------------------------------------------

my $child = fork // fail('fork');
if ($child == 0) {
    as_outer_user() if $outer != 0;
    give_up_privileges();
    exec 'bash', '-c', 'ulimit -c 0; ulimit -f "$2"; exec bash -euo pipefail -c "$1" heng', 'heng', $given{script},
        $given{blocks} or fail('bash');
}
my $status = 0;
while ((my $ended = wait) != -1) {
    $status = $? if $ended == $child;
    last if $ended == $child;
}
# Told apart from the command by its privileges, this process can be neither stopped nor made to say something else.
my @others = map { description($_) } grep { /^\d+$/ && $_ != $$ } entries('/proc');
kill 'KILL', -1;
my (undef, undef, $user, $system) = times;
printf {$times} "\n%dm%.3fs %dm%.3fs\n", int($user / 60), $user - 60 * int($user / 60), int($system / 60),
    $system - 60 * int($system / 60);
print {$left} map { "$_\n" } grep { $_ ne '' } @others;
exit($status & 127 ? 128 + ($status & 127) : $status >> 8);

# --- Parts ---------------------------------------------------------------------------------------------------------------

sub fail {
    my ($what, $why) = (shift, $!);
    if (open my $report, '>&=', 9) {
        print {$report} "heng-sandbox: $what: $why\n";
    }
    exit 125;
}

sub uname {
    # POSIX.pm, which has it, alone takes longer to load than all the rest to run.
    chomp(my $name = -e '/proc/sys/kernel/arch' ? slurp('/proc/sys/kernel/arch') : `uname -m`);
    return $name;
}

sub slurp {
    my $path = shift;
    open my $file, '<', $path or return '';
    local $/;
    return <$file> // '';
}

sub entries {
    opendir my $folder, shift or return;
    return readdir $folder;
}

sub mount_points {
    return map { my $path = (split / /)[4]; $path =~ s/\\([0-7]{3})/chr oct $1/ge; $path }
        split /\n/, slurp('/proc/self/mountinfo');
}

# The number of this process's user outside of its user namespace, if it is in one.
sub outer_user {
    my (undef, $outside) = slurp('/proc/self/uid_map') =~ /^\s*(\d+)\s+(\d+)/;
    return $outside;
}

# The system call takes texts by address, and none that is a constant.
sub call {
    my ($number, @arguments) = @_;
    return syscall($number, @arguments) != -1;
}

sub mount_at {
    my ($from, $path, $type, $flags, $options) = @_;
    call($MOUNT, $from, $path, $type, $flags, $options) or fail("mount on $path");
}

sub attributes {
    my ($path, $how, $set, $clear) = @_;
    call($MOUNT_SETATTR, $HERE, $path, $how, pack('Q4', $set, $clear, 0, 0), 32) or fail("flags of the mount at $path");
}

sub handle_anew {
    my $path = shift;
    sysopen my $open, $path, $PATH_ONLY or fail($path);
    return $open;
}

# The place for a mount, where what covers its surroundings took it away.
sub make {
    my ($path, $from) = @_;
    return if -e $path;
    my $parent = '';
    my @names = split m{/}, substr $path, 1;
    my $last = pop @names;
    for (@names) {
        $parent .= "/$_";
        -d $parent or mkdir $parent or fail("folder $parent");
    }
    if (-d descriptor($from)) {
        mkdir $path or fail("folder $path");
    } else {
        open my $file, '>', $path or fail("file $path");
    }
}

# Whether a folder's changes can be kept in memory only.
sub overlay {
    my ($path, $from) = @_;
    my $number = $layers++;
    mkdir "$root/.$_$number" or fail("layer $_$number") for 'changes', 'work';
    my $options = 'lowerdir=' . descriptor($from) . ",upperdir=$root/.changes$number,workdir=$root/.work$number"
        . ($outer == 0 ? '' : ',userxattr');
    return call($MOUNT, 'heng', $path, 'overlay', $NO_SETUID | $NO_DEVICES, $options);
}

# For the root user, who may write any device by its file: only harmless ones.
sub place_devices {
    mkdir "$root/.dev" or fail('.dev');
    mkdir "$root/.$_" or fail(".$_") for 'shm', 'pts';
    mkdir "$root/.dev/$_" or fail(".dev/$_") for 'shm', 'pts';
    symlink "/proc/self/fd$_->[1]", "$root/.dev/$_->[0]"
        for ['fd', ''], ['stdin', '/0'], ['stdout', '/1'], ['stderr', '/2'];
    symlink 'pts/ptmx', "$root/.dev/ptmx";
    mount_at('heng', "$root/.pts", 'devpts', $NO_SETUID, 'newinstance,ptmxmode=0666,mode=620');
    for (glob('/dev/{null,zero,full,random,urandom,tty,dri,kfd,nvidia*}')) {
        place($_, handle($_), 0) if -e;
    }
    place('/dev', handle_anew("$root/.dev"), 1);
    place('/dev/shm', handle_anew("$root/.shm"), 1);
    place('/dev/pts', handle_anew("$root/.pts"), 1);
}

sub loopback {
    my ($internet, $datagram, $set_flags, $up_and_running) = (2, 2, 0x8914, 0x49);
    socket my $socket, $internet, $datagram, 0 or return;
    ioctl $socket, $set_flags, pack('a16 s x14', 'lo', $up_and_running);
}

# Back to the user's own number, in a user namespace that owns no other: programs take the number 0 for root.
sub as_outer_user {
    my $group = (slurp('/proc/self/gid_map') =~ /^\s*\d+\s+(\d+)/)[0];
    call($UNSHARE, $NEW_USER) or fail('user namespace');
    for (['setgroups', 'deny'], ['gid_map', "$group 0 1"], ['uid_map', "$outer 0 1"]) {
        open my $file, '>', "/proc/self/$_->[0]" or fail($_->[0]);
        print {$file} $_->[1];
        close $file or fail($_->[0]);
    }
}

sub give_up_privileges {
    for (my $privilege = 0; call($PRCTL, $DROP_BOUND, $privilege, 0, 0, 0); $privilege++) {
    }
    call($PRCTL, $NO_NEW_PRIVILEGES, 1, 0, 0, 0) or fail('no new privileges');
}

sub description {
    my $line = slurp("/proc/$_[0]/cmdline");
    $line =~ tr/\0\n/  /;
    $line =~ s/\s+$//;
    return $line if $line ne '';
    # So it is with a zombie, which does nothing any more, but also while a program is being loaded, and if one wipes it.
    my ($name, $state) = slurp("/proc/$_[0]/stat") =~ /\((.*)\) (\S)/s or return '';
    $name =~ tr/\n/ /;
    return $state =~ /[ZX]/ ? '' : "($name), without a command line";
}
